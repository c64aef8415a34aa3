import { budgetOf, fit, LIVENESS } from "../probers/fit.ts";
import { planOf } from "../probers/plan.ts";
import type { Dials, Scenario } from "./scenario.ts";
import type { Setup } from "./setup.ts";

const MINUTE = 60;
const HOUR = 3_600;

/** The kubelet's probes as `health-state config kubernetes` writes them; a test compares the two. */
export function generatedProbes(loadSeconds: number): Setup["probes"] {
  const plan = planOf({ loadTime: Math.ceil(loadSeconds) * 1_000 });
  const budget = budgetOf("kubernetes", plan);
  const ready = fit("kubernetes", plan, { best: 5, least: 1 }, { best: 3, least: 1 });
  return {
    startup: {
      asks: "startup",
      periodSeconds: budget.period,
      timeoutSeconds: 3,
      failureThreshold: budget.failures,
    },
    readiness: {
      asks: "readiness",
      periodSeconds: ready.interval,
      timeoutSeconds: ready.timeout,
      failureThreshold: ready.failures,
    },
    liveness: {
      asks: "liveness",
      periodSeconds: LIVENESS.period,
      timeoutSeconds: LIVENESS.timeout,
      failureThreshold: LIVENESS.failures,
    },
  };
}

/** What most scenarios have in common: a value is renewed once a minute, or at half the pace of a slow load. */
function baseOf({ replicas, durationSeconds, loadSeconds }: Dials): Setup {
  const everySeconds = Math.max(MINUTE, 2 * loadSeconds);
  return {
    replicas,
    durationSeconds,
    load: { firstSeconds: loadSeconds },
    limits: {
      refreshEvery: everySeconds * 1_000,
      staleAfter: 3 * everySeconds * 1_000,
      timeout: 5 * everySeconds * 1_000,
    },
    router: "kubernetes",
    probes: generatedProbes(loadSeconds),
  };
}

/** The scenarios, in the order in which they explain the library. */
export const BUILT_IN: readonly Scenario[] = [
  {
    name: "cold-start",
    shows: "Liveness that asks /status kills what is still loading, and the load begins again, for ever.",
    dials: { replicas: 3, durationSeconds: HOUR, loadSeconds: 2 * MINUTE },
    variants: (dials) => {
      const base = baseOf(dials);
      return [
        {
          title: "liveness on /status, no startup probe",
          setup: { ...base, probes: { readiness: { asks: "readiness" }, liveness: { asks: "readiness" } } },
        },
        { title: "liveness on /status/live, startup probe", setup: base },
      ];
    },
  },
  {
    name: "source-outage",
    shows: "When the source dies, refusing stale data takes every replica out at once, unless the balancer fails open.",
    dials: { replicas: 8, durationSeconds: 90 * MINUTE, loadSeconds: 10 },
    variants: (dials) => {
      const base: Setup = {
        ...baseOf(dials),
        requestsFromSeconds: 5 * MINUTE,
        troubles: [{ fromSeconds: 10 * MINUTE, untilSeconds: 70 * MINUTE, kind: "down" }],
      };
      const patient = { ...base.limits, refuseAfter: 2 * HOUR * 1_000 };
      return [
        { title: "Kubernetes, refused once stale", setup: base },
        { title: "Kubernetes, refuseAfter 2 h", setup: { ...base, limits: patient } },
        { title: "AWS ALB (fails open), refused once stale", setup: { ...base, router: "aws-alb" } },
        { title: "Envoy (panics under 50 %), refused once stale", setup: { ...base, router: "envoy" } },
      ];
    },
  },
  {
    name: "lone-stale",
    shows: "One replica that cannot reach the source must leave while the others serve, and does.",
    dials: { replicas: 8, durationSeconds: HOUR, loadSeconds: 10 },
    variants: (dials) => {
      const base: Setup = {
        ...baseOf(dials),
        requestsFromSeconds: 5 * MINUTE,
        troubles: [
          { fromSeconds: 10 * MINUTE, untilSeconds: 40 * MINUTE, kind: "down", replicas: [dials.replicas >> 1] },
        ],
      };
      return [
        { title: "refused once stale", setup: base },
        { title: 'refuseAfter "never"', setup: { ...base, limits: { ...base.limits, refuseAfter: "never" } } },
      ];
    },
  },
  {
    name: "rolling-deploy",
    shows: "A process must serve on after SIGTERM until everybody who sends it requests has noticed.",
    dials: { replicas: 8, durationSeconds: 10 * MINUTE, loadSeconds: 20 },
    variants: (dials) => {
      const atSeconds = 3 * MINUTE;
      const base: Setup = {
        ...baseOf(dials),
        requestsFromSeconds: atSeconds,
        deploy: { atSeconds, told: false },
      };
      return [
        { title: "Kubernetes, no drain", setup: { ...base, drainSeconds: 0 } },
        { title: "Kubernetes, drain of 10 s", setup: { ...base, drainSeconds: 10 } },
        { title: "AWS ALB not told, drain of 10 s", setup: { ...base, router: "aws-alb", drainSeconds: 10 } },
        { title: "AWS ALB not told, drain of 25 s", setup: { ...base, router: "aws-alb", drainSeconds: 25 } },
      ];
    },
  },
  {
    name: "herd",
    shows: "Replicas that start together load together; jitter spreads the refreshes that follow.",
    dials: { replicas: 200, durationSeconds: HOUR, loadSeconds: 5 },
    variants: (dials) => {
      const base: Setup = { ...baseOf(dials), spreadSeconds: 0, requestsFromSeconds: MINUTE };
      return [
        { title: "jitter 0", setup: { ...base, limits: { ...base.limits, jitter: 0 } } },
        { title: "jitter 0.1, the default", setup: base },
      ];
    },
  },
  {
    name: "blocked",
    shows: "An event loop that stalls for longer than a probe waits answers nobody: liveness needs patience.",
    dials: { replicas: 4, durationSeconds: HOUR, loadSeconds: 10 },
    variants: (dials) => {
      const base: Setup = {
        ...baseOf(dials),
        requestsFromSeconds: MINUTE,
        stall: { everySeconds: 10 * MINUTE, seconds: 25 },
      };
      const { startup, readiness } = base.probes;
      return [
        {
          title: "liveness by Kubernetes' defaults: 1 s, three times",
          setup: {
            ...base,
            probes: { ...(startup && { startup }), ...(readiness && { readiness }), liveness: { asks: "liveness" } },
          },
        },
        { title: "liveness as generated: 5 s, three times", setup: base },
      ];
    },
  },
];
