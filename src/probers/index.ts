export { PROBERS } from "./all.ts";
export { apache } from "./apache.ts";
export { awsAlb } from "./aws-alb.ts";
export { awsNlb } from "./aws-nlb.ts";
export { azureApplicationGateway } from "./azure-application-gateway.ts";
export { azureContainerApps } from "./azure-container-apps.ts";
export { blackboxExporter } from "./blackbox-exporter.ts";
export { caddy } from "./caddy.ts";
export { cloudRun } from "./cloud-run.ts";
export { cloudflare } from "./cloudflare.ts";
export { configure, proberOf } from "./config.ts";
export { consul } from "./consul.ts";
export { docker } from "./docker.ts";
export { ecs } from "./ecs.ts";
export { envoy } from "./envoy.ts";
export { fly } from "./fly.ts";
export { gcpLoadBalancer } from "./gcp-load-balancer.ts";
export { haproxy } from "./haproxy.ts";
export { keepalived } from "./keepalived.ts";
export { kubernetes } from "./kubernetes.ts";
export { monit } from "./monit.ts";
export { nginxPlus } from "./nginx-plus.ts";
export { nomad } from "./nomad.ts";
export { ConfigRefusedError, planOf, type ConfigOptions, type Configuration, type Plan } from "./plan.ts";
export { podman } from "./podman.ts";
export {
  probeOf,
  verdictOf,
  type AllDown,
  type BodyMatch,
  type Certainty,
  type Effect,
  type Passing,
  type Prober,
  type Sent,
  type Setting,
} from "./prober.ts";
export { railway } from "./railway.ts";
export { render } from "./render.ts";
export { toMarkdown } from "./table.ts";
export { traefik } from "./traefik.ts";
export { varnish } from "./varnish.ts";
