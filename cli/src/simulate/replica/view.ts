import type { Health, Platform, Probe } from "health-state";
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

/** No request of the simulator asks for details. */
export const NOBODY: Platform<undefined> = {
  accept: () => undefined,
  request: () => new Request("http://replica/"),
};

/** The paths of the library. */
export const PATHS = { readiness: "/status", liveness: "/status/live", startup: "/status/startup" } as const;

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
  const ready = health.ask("GET", PATHS.readiness, undefined, NOBODY);
  const statusOf = (probe: "liveness" | "startup"): number =>
    health.ask("GET", PATHS[probe], undefined, NOBODY)?.status ?? 0;
  const state = ready?.headers["health-state"];
  return {
    listening: true,
    stalledUntil: 0,
    status: { readiness: ready?.status ?? 0, liveness: statusOf("liveness"), startup: statusOf("startup") },
    data: state === "READY" ? "fresh" : state === "STALE" ? "stale" : "none",
    fleet: hasFleet && state === "STALE" ? standingOf(health) : undefined,
  };
}

/** Returns the decision of the fleet about a replica with old data. A draining replica is out in any case. */
function standingOf(health: Health): FleetStanding | undefined {
  const { fleet, draining } = health.snapshot();
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
