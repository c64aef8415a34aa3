import type { Setup } from "../../simulate/index.ts";
import type { Facts, Spec, Workload } from "../model/spec.ts";

/** One trouble for a workload. */
export interface Trouble {
  readonly name: string;
  /** A short description of the trouble. */
  readonly what: (spec: Spec, facts: Facts) => string;
  /** Whether the trouble is about the start. Then there is no time before it. */
  readonly isStart: boolean;
  /** Whether the trouble can happen to the workload. */
  readonly concerns: (workload: Workload) => boolean;
  readonly setup: (spec: Spec, facts: Facts) => Setup;
}

const MINUTE = 60;

/** The part of the setup that all troubles share. */
function baseOf(spec: Spec, facts: Facts): Setup {
  const { refuseAfterSeconds } = spec;
  const { check, replacing } = spec;
  return {
    replicas: spec.replicas,
    durationSeconds: startOf(facts, facts.loadSeconds),
    load: { firstSeconds: facts.loadSeconds },
    limits: {
      refreshEvery: facts.refreshSeconds * 1_000,
      staleAfter: facts.staleSeconds * 1_000,
      refuseAfter: refuseAfterSeconds === null ? "never" : refuseAfterSeconds * 1_000,
      timeout: Math.max(5 * MINUTE, 10 * facts.slowFactor * facts.loadSeconds) * 1_000,
    },
    router: spec.router,
    ...(check && { check }),
    ...(replacing && { replacing }),
    probes: spec.probes,
    drainSeconds: spec.drainSeconds,
    // Kubernetes counts the hook as part of the grace. The other platforms wait before SIGTERM.
    graceSeconds: spec.router === "kubernetes" ? spec.graceSeconds : spec.graceSeconds + spec.preStopSeconds,
    preStopSeconds: spec.preStopSeconds,
    requestsPerSecond: facts.requestsPerSecond,
    ...(facts.keptShare > 0 && { kept: { share: facts.keptShare, seconds: MINUTE } }),
  };
}

/** How long a start is simulated. It must be long enough to show loads that are killed and started again. */
function startOf({ stallSeconds }: Facts, loadSeconds: number): number {
  return Math.max(10 * MINUTE, 10 * loadSeconds + stallSeconds);
}

/** The time after which all replicas could be ready. */
function warmOf({ loadSeconds }: Facts): number {
  return Math.ceil(2 * loadSeconds + 2 * MINUTE);
}

/** The longest time of a deploy, if every replica becomes ready. */
function deploySeconds(spec: Spec, { loadSeconds }: Facts): number {
  const rounds = Math.ceil(spec.replicas / Math.max(1, spec.maxSurge + spec.maxUnavailable));
  return Math.ceil(rounds * (1.2 * loadSeconds + spec.graceSeconds + 40) + 3 * MINUTE);
}

/** The troubles, in the order of the output. */
export const TROUBLES: readonly Trouble[] = [
  {
    name: "cold start",
    what: () => "all replicas start at once, without data",
    isStart: true,
    concerns: () => true,
    setup: (spec, facts) => baseOf(spec, facts),
  },
  {
    name: "slow load",
    what: (_, { slowFactor }) => `every load takes ${slowFactor} times as long`,
    isStart: true,
    concerns: () => true,
    setup: (spec, facts) => {
      const firstSeconds = facts.slowFactor * facts.loadSeconds;
      return { ...baseOf(spec, facts), durationSeconds: startOf(facts, firstSeconds), load: { firstSeconds } };
    },
  },
  {
    name: "source outage",
    what: (_, { outageSeconds }) => `no load succeeds for ${spanText(outageSeconds)}`,
    isStart: false,
    concerns: () => true,
    setup: (spec, facts) => {
      const fromSeconds = warmOf(facts);
      const untilSeconds = fromSeconds + facts.outageSeconds;
      return {
        ...baseOf(spec, facts),
        durationSeconds: untilSeconds + 10 * MINUTE,
        requestsFromSeconds: fromSeconds / 2,
        troubles: [{ fromSeconds, untilSeconds, kind: "down" }],
      };
    },
  },
  {
    name: "lone stale replica",
    what: (_, { outageSeconds }) => `one replica cannot reach the source for ${spanText(outageSeconds / 2)}`,
    isStart: false,
    concerns: ({ spec }) => spec.replicas > 1,
    setup: (spec, facts) => {
      const fromSeconds = warmOf(facts);
      const untilSeconds = fromSeconds + facts.outageSeconds / 2;
      return {
        ...baseOf(spec, facts),
        durationSeconds: untilSeconds + 10 * MINUTE,
        requestsFromSeconds: fromSeconds / 2,
        troubles: [{ fromSeconds, untilSeconds, kind: "down", replicas: [spec.replicas >> 1] }],
      };
    },
  },
  {
    name: "deploy",
    what: (spec) =>
      `a new version is deployed, with at most ${spec.maxSurge} more and ${spec.maxUnavailable} fewer replicas at once`,
    isStart: false,
    concerns: ({ kind }) => kind !== "Pod",
    setup: (spec, facts) => {
      const atSeconds = warmOf(facts);
      const untilSeconds = atSeconds + deploySeconds(spec, facts);
      return {
        ...baseOf(spec, facts),
        durationSeconds: untilSeconds + 2 * MINUTE,
        requestsFromSeconds: atSeconds / 2,
        deploy: {
          atSeconds,
          told: spec.told,
          maxSurge: spec.maxSurge,
          maxUnavailable: spec.maxUnavailable,
        },
        phase: { fromSeconds: atSeconds, untilSeconds },
      };
    },
  },
  {
    name: "node drain",
    what: (spec, { nodes }) => `one of ${nodes} nodes is drained, with ${onOneNode(spec, nodes)} of the replicas`,
    isStart: false,
    // A drain does not delete the pods of a DaemonSet. A pod without a controller is not created again.
    concerns: ({ platform, kind }) =>
      platform !== "compose" && platform !== "haproxy" && kind !== "DaemonSet" && kind !== "Pod",
    setup: (spec, facts) => {
      const atSeconds = warmOf(facts);
      const untilSeconds = atSeconds + Math.ceil(2 * facts.loadSeconds + spec.graceSeconds + 3 * MINUTE);
      return {
        ...baseOf(spec, facts),
        durationSeconds: untilSeconds + 2 * MINUTE,
        requestsFromSeconds: atSeconds / 2,
        nodeDrain: {
          atSeconds,
          told: spec.told,
          replicas: Array.from({ length: onOneNode(spec, facts.nodes) }, (_, index) => index),
        },
        phase: { fromSeconds: atSeconds, untilSeconds },
      };
    },
  },
  {
    name: "blocked loop",
    what: (_, { stallSeconds }) =>
      `each replica sends no answers for ${spanText(stallSeconds)}, at most about four times an hour`,
    isStart: false,
    concerns: () => true,
    setup: (spec, facts) => {
      const fromSeconds = warmOf(facts);
      const untilSeconds = fromSeconds + 60 * MINUTE;
      return {
        ...baseOf(spec, facts),
        durationSeconds: untilSeconds,
        requestsFromSeconds: fromSeconds / 2,
        // The first stall comes after at least half of this time, so that it does not disturb the start.
        stall: { everySeconds: Math.max(15 * MINUTE, 2 * fromSeconds), seconds: facts.stallSeconds },
        phase: { fromSeconds, untilSeconds },
      };
    },
  },
];

function onOneNode({ replicas }: Spec, nodes: number): number {
  return Math.ceil(replicas / nodes);
}

/** Formats a span of time for a sentence: `30 min`, `1 h`, `25 s`. */
export function spanText(seconds: number): string {
  if (seconds >= 3_600 && seconds % 3_600 === 0) return `${seconds / 3_600} h`;
  if (seconds >= 120 && seconds % 60 === 0) return `${seconds / 60} min`;
  return `${Math.round(seconds * 10) / 10} s`;
}
