import { spanOf } from "../model/span.ts";
import type { Setup } from "../model/setup.ts";
import { baseOf, MINUTE } from "./base.ts";
import type { Scenario, ScenarioDefaults } from "./definition.ts";
import { outageSetup, ROLLOUT, withAndWithout } from "./fleet.ts";

const HOUR = 3_600;

/** One replica that cannot reach the source, for half of the time. */
function loneSetup(defaults: ScenarioDefaults): Setup {
  return {
    ...baseOf(defaults),
    requestsFromSeconds: defaults.durationSeconds / 12,
    troubles: [
      {
        fromSeconds: defaults.durationSeconds / 6,
        untilSeconds: (4 * defaults.durationSeconds) / 6,
        kind: "down",
        replicas: [defaults.replicas >> 1],
      },
    ],
  };
}

/** The scenarios, in the order in which they explain the library. */
export const BUILT_IN: readonly Scenario[] = [
  {
    name: "cold-start",
    shows:
      "A liveness probe on /status kills a process while it loads. The next process starts the load again, and is killed too.",
    defaults: { replicas: 3, durationSeconds: HOUR, loadSeconds: 2 * MINUTE },
    variants: (defaults) => {
      const base = baseOf(defaults);
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
    shows:
      "If the source fails and stale data is refused, all replicas leave the balancer at once, unless it fails open.",
    defaults: { replicas: 8, durationSeconds: 90 * MINUTE, loadSeconds: 10 },
    variants: (defaults) => {
      const base = outageSetup(defaults);
      const patientSeconds = (12 * defaults.durationSeconds) / 9;
      const patient = { ...base.limits, refuseAfter: patientSeconds * 1_000 };
      return [
        { title: "Kubernetes, 503 when stale", setup: base },
        { title: `Kubernetes, refuseAfter ${spanOf(patientSeconds)}`, setup: { ...base, limits: patient } },
        { title: "AWS ALB (fails open), 503 when stale", setup: { ...base, router: "aws-alb" } },
        { title: "Envoy (all hosts if under 50 % are healthy), 503 when stale", setup: { ...base, router: "envoy" } },
      ];
    },
    withFleet: {
      shows:
        "If the source fails, a fleet lets a few replicas leave the balancer, and holds the others in with their old data.",
      variants: (defaults, leave) => {
        const base = outageSetup(defaults);
        return [
          ...withAndWithout("Kubernetes", base, { leave }),
          ...withAndWithout("HAProxy", { ...base, router: "haproxy" }, { leave }),
        ];
      },
    },
  },
  {
    name: "lone-stale",
    shows: "One replica that cannot reach the source must leave the balancer while the others serve.",
    defaults: { replicas: 8, durationSeconds: HOUR, loadSeconds: 10 },
    variants: (defaults) => {
      const base = loneSetup(defaults);
      return [
        { title: "refused once stale", setup: base },
        { title: 'refuseAfter "never"', setup: { ...base, limits: { ...base.limits, refuseAfter: "never" } } },
      ];
    },
    withFleet: {
      shows: "One replica that cannot reach the source leaves the balancer, with or without a fleet.",
      variants: (defaults, leave) => withAndWithout("Kubernetes", loneSetup(defaults), { leave }),
    },
  },
  {
    name: "rolling-deploy",
    shows: "After SIGTERM, a process must keep serving until every sender of requests knows that it leaves.",
    defaults: { replicas: 8, durationSeconds: 10 * MINUTE, loadSeconds: 20 },
    variants: (defaults) => {
      const atSeconds = 3 * MINUTE;
      const base: Setup = {
        ...baseOf(defaults),
        requestsFromSeconds: atSeconds,
        deploy: { atSeconds, told: false },
      };
      return [
        { title: "Kubernetes, no drain", setup: { ...base, drainSeconds: 0 } },
        { title: "Kubernetes, drain of 10 s", setup: { ...base, drainSeconds: 10 } },
        {
          title: "AWS ALB without deregistration, drain of 10 s",
          setup: { ...base, router: "aws-alb", drainSeconds: 10 },
        },
        {
          title: "AWS ALB without deregistration, drain of 25 s",
          setup: { ...base, router: "aws-alb", drainSeconds: 25 },
        },
      ];
    },
  },
  {
    name: "herd",
    shows: "Replicas that start together also load together. Jitter spreads the later refreshes.",
    defaults: { replicas: 200, durationSeconds: HOUR, loadSeconds: 5 },
    variants: (defaults) => {
      const base: Setup = { ...baseOf(defaults), spreadSeconds: 0, requestsFromSeconds: MINUTE };
      return [
        { title: "jitter 0", setup: { ...base, limits: { ...base.limits, jitter: 0 } } },
        { title: "jitter 0.1, the default", setup: base },
      ];
    },
  },
  {
    name: "blocked",
    shows:
      "A blocked event loop answers no probe. Liveness must wait longer, or probeThread() of the library must answer.",
    defaults: { replicas: 4, durationSeconds: HOUR, loadSeconds: 10 },
    variants: (defaults) => {
      const base: Setup = {
        ...baseOf(defaults),
        requestsFromSeconds: MINUTE,
        // A short simulation has as many stalls as one of an hour.
        stall: { everySeconds: Math.min(10 * MINUTE, defaults.durationSeconds / 6), seconds: 25 },
      };
      const { startup, readiness } = base.probes;
      return [
        {
          title: "liveness with the defaults of Kubernetes: 1 s, three times",
          setup: {
            ...base,
            probes: { ...(startup && { startup }), ...(readiness && { readiness }), liveness: { asks: "liveness" } },
          },
        },
        { title: "liveness as generated: 5 s, three times", setup: base },
      ];
    },
  },
  ROLLOUT,
];
