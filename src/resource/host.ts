import type { Clock } from "./clock.ts";
import type { Core } from "./core.ts";
import type { Audience, HealthEvent } from "./event.ts";

/** What a resource needs of the health it lives in. */
export interface Host {
  readonly clock: Clock;
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
  /** Queues an event for its listeners and those of the health; made at once, and only if somebody listens. */
  tell(audience: Audience | undefined, event: () => HealthEvent<unknown>): void;
  /** Tells what is queued, in order; what listeners cause meanwhile comes after. */
  flush(): void;
  /** Keeps the process alive (+1), or no longer (-1), for somebody who waits. */
  hold(by: 1 | -1): void;
  /** Counts disposals still to come, for `close()`. */
  owe(by: 1 | -1): void;
  /** A resource was closed: it leaves the registry. */
  leave(core: Core<unknown>): void;
}
