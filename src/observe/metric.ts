import type { LoadOutcome } from "../state/transition.ts";

/** What a metric counts in, as UCUM writes it: seconds, things of one kind, or things without a unit. */
export type MetricUnit = "s" | "1" | "{load}" | "{lease}" | "{value}";

/** A metric, in words that every system of metrics has. */
export interface MetricFact {
  /** Parts of the name, behind `health_state`, with dots between them. */
  readonly name: string;
  readonly unit: MetricUnit;
  /** What it says, in a sentence. */
  readonly help: string;
}

/** The key of a gauge. */
export type GaugeName =
  | "state"
  | "age"
  | "staleAfter"
  | "refuseAfter"
  | "size"
  | "generation"
  | "failures"
  | "rejected"
  | "abandoned"
  | "leases"
  | "ready"
  | "alive"
  | "started"
  | "draining"
  | "overdue"
  | "fleetHeldIn"
  | "fleetOut"
  | "fleetStore";

/** What is read when somebody asks. */
export const GAUGES: Readonly<Record<GaugeName, MetricFact>> = {
  state: {
    name: "resource.state",
    unit: "1",
    help: "1 for the current state of the resource, 0 for the other states.",
  },
  age: { name: "resource.age", unit: "s", help: "The age of the value. It is missing while there is no value." },
  staleAfter: {
    name: "resource.stale_after",
    unit: "s",
    help: "The age above which the value is STALE. It is missing if staleAfter is never.",
  },
  refuseAfter: {
    name: "resource.refuse_after",
    unit: "s",
    help: "The age above which readiness answers 503. It is missing if refuseAfter is never, and with required: false.",
  },
  size: { name: "resource.size", unit: "1", help: "The result of the size function for the value." },
  generation: { name: "resource.generation", unit: "{value}", help: "How many values this process has accepted." },
  failures: { name: "resource.failures", unit: "{load}", help: "How many loads have failed since the last success." },
  rejected: {
    name: "resource.rejected",
    unit: "1",
    help: "1 while the source offers the revision that was rejected.",
  },
  abandoned: {
    name: "resource.abandoned",
    unit: "{load}",
    help: "How many loads were given up, but have not ended. Each may use memory.",
  },
  leases: { name: "resource.leases", unit: "{lease}", help: "How many leases on values of the resource are in use." },
  ready: { name: "ready", unit: "1", help: "1 while readiness answers 200." },
  alive: { name: "alive", unit: "1", help: "1 while liveness answers 200." },
  started: { name: "started", unit: "1", help: "1 after the first 200 of startup." },
  draining: { name: "draining", unit: "1", help: "1 during the drain." },
  overdue: { name: "heartbeat.overdue", unit: "1", help: "1 while the heartbeat is overdue." },
  fleetHeldIn: {
    name: "fleet.held_in",
    unit: "1",
    help: "1 while the fleet keeps this replica in the balancer, although its data is too old. It is missing without a fleet.",
  },
  fleetOut: {
    name: "fleet.out",
    unit: "1",
    help: "1 while this replica counts as out in its fleet. It is missing without a fleet.",
  },
  fleetStore: {
    name: "fleet.store_ok",
    unit: "1",
    help: "1 while the store of the fleet answers. It is missing without a fleet.",
  },
};

// SAFETY: the keys of a constant table.
export const GAUGE_NAMES = Object.keys(GAUGES) as readonly GaugeName[];

/** How many loads ended, by their outcome. */
export const LOADS: MetricFact = {
  name: "loads",
  unit: "{load}",
  help: "How many loads have ended, by their outcome.",
};

/** How many loads succeeded, and were slow. */
export const SLOW_LOADS: MetricFact = {
  name: "slow_loads",
  unit: "{load}",
  help: "How many loads took more than half of their timeout, or more than refreshEvery.",
};

/** How long loads took. */
export const LOAD_DURATION: MetricFact = { name: "load.duration", unit: "s", help: "How long the loads took." };

/** The upper bounds of the histogram, in seconds: from a look-up to the default of `timeout`. */
export const DURATION_BOUNDS: readonly number[] = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

/** Every outcome. */
export const OUTCOMES: readonly LoadOutcome[] = ["loaded", "unchanged", "failed", "rejected", "timed-out"];
