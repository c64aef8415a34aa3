import type { FleetStore } from "health-state/fleet";
import type { FleetCounter } from "./fleet-counter.ts";
import type { Queue } from "./queue.ts";
import type { Recorder } from "./recorder.ts";
import type { ResolvedSetup } from "./setup.ts";

/** What everything in one simulation shares. */
export interface Simulation {
  readonly resolved: ResolvedSetup;
  readonly queue: Queue;
  readonly record: Recorder;
  readonly fleetCounter: FleetCounter;
  /** Where the replicas of a fleet meet. */
  readonly fleetStore: FleetStore | undefined;
  /** Whether every check asks the library, one by one, instead of being counted while nothing can change. */
  readonly asksEveryTime: boolean;
  /** The next number for a `Due`. */
  order(): number;
  /** The library was called: it is looked at once its promises have settled. */
  markChanged(changed: { observe(): void }): void;
  /** Calls `act` once the promises of a library that has just started have settled. */
  afterStart(act: () => void): void;
}
