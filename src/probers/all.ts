import { apache } from "./apache.ts";
import { awsAlb } from "./aws-alb.ts";
import { awsNlb } from "./aws-nlb.ts";
import { azureApplicationGateway } from "./azure-application-gateway.ts";
import { azureContainerApps } from "./azure-container-apps.ts";
import { blackboxExporter } from "./blackbox-exporter.ts";
import { caddy } from "./caddy.ts";
import { cloudRun } from "./cloud-run.ts";
import { cloudflare } from "./cloudflare.ts";
import { consul } from "./consul.ts";
import { docker } from "./docker.ts";
import { ecs } from "./ecs.ts";
import { envoy } from "./envoy.ts";
import { fly } from "./fly.ts";
import { gcpLoadBalancer } from "./gcp-load-balancer.ts";
import { haproxy } from "./haproxy.ts";
import { keepalived } from "./keepalived.ts";
import { kubernetes } from "./kubernetes.ts";
import { monit } from "./monit.ts";
import { nginxPlus } from "./nginx-plus.ts";
import { nomad } from "./nomad.ts";
import { podman } from "./podman.ts";
import type { Prober } from "./prober.ts";
import { railway } from "./railway.ts";
import { render } from "./render.ts";
import { traefik } from "./traefik.ts";
import { varnish } from "./varnish.ts";

/** Every client this package knows, in reading order. */
export const PROBERS: readonly Prober[] = Object.freeze([
  kubernetes,
  awsAlb,
  awsNlb,
  gcpLoadBalancer,
  azureApplicationGateway,
  consul,
  envoy,
  haproxy,
  docker,
  ecs,
  cloudRun,
  azureContainerApps,
  nomad,
  traefik,
  caddy,
  varnish,
  nginxPlus,
  apache,
  keepalived,
  monit,
  blackboxExporter,
  podman,
  fly,
  railway,
  render,
  cloudflare,
]);
