import { apache } from "./client/apache.ts";
import { awsAlb } from "./client/aws-alb.ts";
import { awsNlb } from "./client/aws-nlb.ts";
import { azureApplicationGateway } from "./client/azure-application-gateway.ts";
import { azureContainerApps } from "./client/azure-container-apps.ts";
import { blackboxExporter } from "./client/blackbox-exporter.ts";
import { caddy } from "./client/caddy.ts";
import { cloudRun } from "./client/cloud-run.ts";
import { cloudflare } from "./client/cloudflare.ts";
import { consul } from "./client/consul.ts";
import { docker } from "./client/docker.ts";
import { ecs } from "./client/ecs.ts";
import { envoy } from "./client/envoy.ts";
import { fly } from "./client/fly.ts";
import { gcpLoadBalancer } from "./client/gcp-load-balancer.ts";
import { haproxy } from "./client/haproxy.ts";
import { keepalived } from "./client/keepalived.ts";
import { kubernetes } from "./client/kubernetes.ts";
import { monit } from "./client/monit.ts";
import { nginxPlus } from "./client/nginx-plus.ts";
import { nomad } from "./client/nomad.ts";
import { podman } from "./client/podman.ts";
import type { Prober } from "./model/prober.ts";
import { railway } from "./client/railway.ts";
import { render } from "./client/render.ts";
import { traefik } from "./client/traefik.ts";
import { varnish } from "./client/varnish.ts";

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
