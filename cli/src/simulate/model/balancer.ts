import { awsAlb } from "../../probers/client/aws-alb.ts";
import { awsNlb } from "../../probers/client/aws-nlb.ts";
import { azureApplicationGateway } from "../../probers/client/azure-application-gateway.ts";
import { caddy } from "../../probers/client/caddy.ts";
import { consul } from "../../probers/client/consul.ts";
import { docker } from "../../probers/client/docker.ts";
import { envoy } from "../../probers/client/envoy.ts";
import { gcpLoadBalancer } from "../../probers/client/gcp-load-balancer.ts";
import { haproxy } from "../../probers/client/haproxy.ts";
import type { Prober } from "../../probers/model/prober.ts";
import { traefik } from "../../probers/client/traefik.ts";
import type { CheckNumbers } from "./check-numbers.ts";
import type { ThresholdRule } from "./threshold.ts";

/** A balancer with checks of its own, as `health-state config` sets it up for a reaction time of 30 s. */
export interface Balancer {
  /** Its description: what passes, and what happens when nobody does. */
  readonly prober: Prober;
  /** From check to check. */
  readonly intervalSeconds: number;
  /** How long a check waits for its answer. */
  readonly timeoutSeconds: number;
  /** From what the interval counts: the start of the last check, or its end. */
  readonly pace: "start" | "end";
  /** How it counts. */
  readonly rule: ThresholdRule;
  /** Under this share of healthy targets, 0 to 1, all of them get traffic; 0 for never. */
  readonly panicUnder: number;
}

const COUNTS = {
  rise: 2,
  fall: 2,
  initially: "down",
  firstPass: "ever",
  firstFailure: false,
  wrongStatusAtOnce: false,
} as const satisfies ThresholdRule;

/**
 * The balancers that can be simulated. Their rules are those of `docs/probers.md`, whose sources they name;
 * intervals, timeouts and thresholds are those that the configurations have, and a test compares the two.
 */
export const BALANCERS: Readonly<Record<BalancerName, Balancer>> = {
  // "After its registration, a target is healthy after one pass." Independent checks at a fixed rate.
  "aws-alb": { prober: awsAlb, intervalSeconds: 10, timeoutSeconds: 5, pace: "start", rule: COUNTS, panicUnder: 0 },
  "aws-nlb": { prober: awsNlb, intervalSeconds: 10, timeoutSeconds: 5, pace: "start", rule: COUNTS, panicUnder: 0 },
  "gcp-load-balancer": {
    prober: gcpLoadBalancer,
    intervalSeconds: 5,
    timeoutSeconds: 5,
    pace: "start",
    rule: { ...COUNTS, firstPass: "no" },
    panicUnder: 0,
  },
  // "A backend is unhealthy until its first pass. One pass makes it healthy."
  "azure-application-gateway": {
    prober: azureApplicationGateway,
    intervalSeconds: 10,
    timeoutSeconds: 5,
    pace: "start",
    rule: { ...COUNTS, rise: 1 },
    panicUnder: 0,
  },
  // Critical until the first check; failures_before_critical 1 tolerates one failure, one pass is enough.
  consul: {
    prober: consul,
    intervalSeconds: 5,
    timeoutSeconds: 2,
    pace: "end",
    rule: { ...COUNTS, rise: 1 },
    panicUnder: 0,
  },
  // The interval counts from the end of the last check (health_checker_base_impl.cc), and a pass at the very
  // first check decides at once.
  envoy: {
    prober: envoy,
    intervalSeconds: 5,
    timeoutSeconds: 2,
    pace: "end",
    rule: { ...COUNTS, firstPass: "first check", wrongStatusAtOnce: true },
    panicUnder: panicOf(envoy.settings.healthy_panic_threshold.value),
  },
  // "A server is up at the start. If its first check fails, it is down at once."
  haproxy: {
    prober: haproxy,
    intervalSeconds: 2,
    timeoutSeconds: 2,
    pace: "start",
    rule: { ...COUNTS, initially: "up", firstPass: "no", firstFailure: true },
    panicUnder: 0,
  },
  // "There are no thresholds: a server is removed after one failure, and added again after one pass."
  traefik: {
    prober: traefik,
    intervalSeconds: 5,
    timeoutSeconds: 2,
    pace: "start",
    rule: { ...COUNTS, rise: 1, fall: 1, initially: "up" },
    panicUnder: 0,
  },
  // "the upstream is removed after one failure; it is healthy at the start"
  caddy: {
    prober: caddy,
    intervalSeconds: 5,
    timeoutSeconds: 2,
    pace: "start",
    rule: { ...COUNTS, rise: 1, fall: 1, initially: "up" },
    panicUnder: 0,
  },
  // Swarm routes to healthy tasks: healthy at the first pass, unhealthy at `retries`; from the end of the last.
  docker: {
    prober: docker,
    intervalSeconds: 5,
    timeoutSeconds: 3,
    pace: "end",
    rule: { ...COUNTS, rise: 1 },
    panicUnder: 0,
  },
};

/** The name of a balancer that can be simulated. */
export type BalancerName =
  | "aws-alb"
  | "aws-nlb"
  | "gcp-load-balancer"
  | "azure-application-gateway"
  | "consul"
  | "envoy"
  | "haproxy"
  | "traefik"
  | "caddy"
  | "docker";

/** A balancer as a setup has it: its own numbers where it names some. */
export function balancerOf(name: BalancerName, check: CheckNumbers = {}): Balancer {
  const known = BALANCERS[name];
  const { intervalSeconds = known.intervalSeconds, timeoutSeconds = known.timeoutSeconds } = check;
  const { rise = known.rule.rise, fall = known.rule.fall } = check;
  return { ...known, intervalSeconds, timeoutSeconds, rule: { ...known.rule, rise, fall } };
}

function panicOf(percent: number | string | null): number {
  return typeof percent === "number" ? percent / 100 : 0;
}
