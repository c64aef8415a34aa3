export { PROBERS } from "./all.ts";
export { apache } from "./client/apache.ts";
export { awsAlb } from "./client/aws-alb.ts";
export { awsNlb } from "./client/aws-nlb.ts";
export { azureApplicationGateway } from "./client/azure-application-gateway.ts";
export { azureContainerApps } from "./client/azure-container-apps.ts";
export { blackboxExporter } from "./client/blackbox-exporter.ts";
export { caddy } from "./client/caddy.ts";
export { cloudRun } from "./client/cloud-run.ts";
export { cloudflare } from "./client/cloudflare.ts";
export { configure, proberOf } from "./config.ts";
export { consul } from "./client/consul.ts";
export { docker } from "./client/docker.ts";
export { ecs } from "./client/ecs.ts";
export { envoy } from "./client/envoy.ts";
export { optionsFrom, type Ask, type Told } from "./from.ts";
export { fly } from "./client/fly.ts";
export { gcpLoadBalancer } from "./client/gcp-load-balancer.ts";
export { haproxy } from "./client/haproxy.ts";
export { keepalived } from "./client/keepalived.ts";
export { kubernetes } from "./client/kubernetes.ts";
export { monit } from "./client/monit.ts";
export { nginxPlus } from "./client/nginx-plus.ts";
export { nomad } from "./client/nomad.ts";
export { ConfigRefusedError, planOf, type ConfigOptions, type Configuration, type Plan } from "./model/plan.ts";
export { podman } from "./client/podman.ts";
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
} from "./model/prober.ts";
export { railway } from "./client/railway.ts";
export { render } from "./client/render.ts";
export { toMarkdown } from "./table.ts";
export { traefik } from "./client/traefik.ts";
export { varnish } from "./client/varnish.ts";
