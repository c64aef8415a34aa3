import type { Clock } from "./clock.ts";
import type { Core } from "./core.ts";
import type { Teller } from "./event.ts";

/** The rank of a resource that bears on nothing. */
export const NOWHERE = 5;

/** What a resource needs of the health it lives in. */
export interface Host extends Teller {
  readonly clock: Clock;
  /** What drives loads instead of the schedule, in request mode; how long a probe may wait for them, in ms. */
  readonly mode: { readonly probeWaitMs: number } | undefined;
  /** `idle` until `start()`, or whoever does what it does. */
  readonly phase: "idle" | "running" | "draining" | "closed";
  /** The instant now, on the one clock. */
  now(): number;
  /** As `now()`, for a question: what is past due is caught up with after the answer. */
  look(): number;
  /** Does what `start()` does, if nobody did. */
  begin(): void;
  /** The facts or the plan of a resource changed. */
  update(core: Core<unknown>, now: number): void;
  /** Keeps the process alive (+1), or no longer (-1), for somebody who waits. */
  hold(by: 1 | -1): void;
  /** Counts disposals still to come, for `close()`; with 0 only asks whether there are none. */
  owe(by: 1 | -1 | 0): void;
  /** A resource was closed: it leaves the registry. */
  leave(core: Core<unknown>): void;
}
