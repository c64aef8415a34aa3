import type { Recorder, RequestOutcome } from "../model/recorder.ts";
import type { Simulation } from "../model/simulation.ts";
import type { Router } from "../traffic/router.ts";

/** The figures of a simulation. */
export interface Figures {
  /** Restarts of containers, over all replicas. */
  readonly restarts: number;
  /** Seconds that replicas spent waiting in CrashLoopBackOff, added up. */
  readonly crashLoopSeconds: number;
  /** Seconds without a replica in rotation, from the start on. */
  readonly noneReadySeconds: number;
  /** Seconds in which no replica got requests. It differs from `noneReadySeconds` if the router fails open. */
  readonly noAnswerSeconds: number;
  /** The fewest replicas in rotation after all were ready once. `null` if they never were. */
  readonly fewestReady: number | null;
  /** When the first replica was in rotation. `null` means never. */
  readonly firstReadySeconds: number | null;
  /** When all replicas were in rotation. `null` means never. */
  readonly allReadySeconds: number | null;
  /** Requests to the service, by what became of them. */
  readonly requests: { readonly [F in RequestOutcome]: number };
  /** Failed requests that another replica in rotation could have answered. */
  readonly avoidable: number;
  /** The number of started loads. */
  readonly loads: number;
  /** The most loads at one time. */
  readonly mostLoadsAtOnce: number;
  /** The same in the last quarter of the time. */
  readonly mostLoadsAtOnceLate: number;
  /** The number of probes and checks. */
  readonly probes: number;
  /** The most replicas at one time that a fleet held in although their data was too old. */
  readonly mostHeldIn: number;
  /** The most replicas at one time that were out with permission of their fleet. */
  readonly mostLeft: number;
  /** The number of replicas that began to load a bad revision. */
  readonly badReached: number;
  /** Some figures separately: before, during and after the trouble. */
  readonly phases: readonly Phase[];
}

/** The figures of one part of the time. */
export interface Phase {
  /** The name of the part. Without a trouble, everything is before it. */
  readonly name: "before" | "during" | "after";
  /** The begin, in seconds from the start. */
  readonly fromSeconds: number;
  /** The end, in seconds from the start. */
  readonly untilSeconds: number;
  /** Requests to the service, by what became of them. */
  readonly requests: { readonly [F in RequestOutcome]: number };
  /** Restarts of containers. */
  readonly restarts: number;
  /** Seconds without a replica in rotation. */
  readonly noneReadySeconds: number;
  /** Seconds in which no replica got requests. */
  readonly noAnswerSeconds: number;
  /** The fewest replicas in rotation. */
  readonly fewestReady: number;
}

/** Creates the figures after the end of a simulation. */
export function figuresOf(
  { record, fleetCounter }: Simulation,
  routers: readonly Router[],
  phases: readonly Phase[],
): Figures {
  const seconds = (ms: number): number => Math.round(ms) / 1_000;
  return {
    restarts: record.restarts,
    crashLoopSeconds: seconds(record.backoffMs),
    noneReadySeconds: seconds(routers[0]?.emptyMs ?? 0),
    noAnswerSeconds: seconds(routers.reduce((sum, { share, refusedMs }) => sum + share * refusedMs, 0)),
    fewestReady: record.fewestReady ?? null,
    firstReadySeconds: record.firstReadyMs === undefined ? null : seconds(record.firstReadyMs),
    allReadySeconds: record.allReadyMs === undefined ? null : seconds(record.allReadyMs),
    requests: requestsOf(record),
    avoidable: Math.round(record.avoidable),
    loads: record.loadsStarted,
    mostLoadsAtOnce: record.mostLoading,
    mostLoadsAtOnceLate: record.mostLoadingLate,
    probes: record.probes,
    mostHeldIn: fleetCounter.mostHeldIn,
    mostLeft: fleetCounter.mostLeft,
    badReached: fleetCounter.reached,
    phases,
  };
}

/** Returns the number of requests for each outcome so far. */
export function requestsOf(record: Recorder): { readonly [F in RequestOutcome]: number } {
  return {
    fresh: record.requestsOf("fresh"),
    stale: record.requestsOf("stale"),
    stalled: record.requestsOf("stalled"),
    unloaded: record.requestsOf("unloaded"),
    lost: record.requestsOf("lost"),
    refused: record.requestsOf("refused"),
  };
}
