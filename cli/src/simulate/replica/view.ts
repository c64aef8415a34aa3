import type { Health, HealthSnapshot, Probe } from "health-state";
import type { FleetStanding } from "../model/fleet-counter.ts";

/** The view of a process from outside: its last answer to each probe. */
export interface View {
  /** Whether the process accepts connections. */
  readonly listening: boolean;
  /** Until when its event loop is blocked, in ms. 0 while it runs. */
  readonly stalledUntil: number;
  /** The status of the answer to each probe. */
  readonly status: { readonly [P in Probe]: number };
  /** The data of the process. */
  readonly data: "none" | "fresh" | "stale";
  /** The decision of the fleet, if the data is too old. */
  readonly fleet: FleetStanding | undefined;
}

/** The view before the process listens and after its end. */
export const SILENT: View = {
  listening: false,
  stalledUntil: 0,
  status: { readiness: 0, liveness: 0, startup: 0 },
  data: "none",
  fleet: undefined,
};

/** Reads the current answers of the library. `hasFleet` says whether it belongs to a fleet. */
export function viewOf(health: Health, hasFleet: boolean): View {
  const snapshot = health.snapshot();
  const state = snapshot.resources[0]?.state;
  return {
    listening: true,
    stalledUntil: 0,
    status: {
      readiness: statusIn(snapshot, "readiness"),
      liveness: statusIn(snapshot, "liveness"),
      startup: statusIn(snapshot, "startup"),
    },
    data: state === "READY" ? "fresh" : state === "STALE" ? "stale" : "none",
    fleet: hasFleet && state === "STALE" ? standingOf(snapshot) : undefined,
  };
}

/** The status of the answer to a probe. A snapshot costs a tenth of a Response. */
export function statusOf(health: Health, probe: Probe): number {
  return statusIn(health.snapshot(), probe);
}

function statusIn({ probes }: HealthSnapshot, probe: Probe): number {
  return probes[probe].ok ? 200 : 503;
}

/** Returns the decision of the fleet about a replica with old data. A draining replica is out in any case. */
function standingOf({ fleet, draining }: HealthSnapshot): FleetStanding | undefined {
  if (fleet?.heldIn) return "held-in";
  return fleet?.out && !draining ? "left" : undefined;
}

/** Whether two views look equal from outside. */
export function isSame(one: View, other: View): boolean {
  return (
    one.listening === other.listening &&
    one.stalledUntil === other.stalledUntil &&
    one.data === other.data &&
    one.fleet === other.fleet &&
    one.status.readiness === other.status.readiness &&
    one.status.liveness === other.status.liveness &&
    one.status.startup === other.status.startup
  );
}
