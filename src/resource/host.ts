import type { Clock } from "./clock.ts";
import type { Core } from "./core.ts";
import type { Audience, HealthEvent } from "./event.ts";
import type { Snapshot } from "./snapshot.ts";
import type { NotReadyError, NotReadyReason } from "./error.ts";
import type { GetOptions } from "./resource.ts";

/** How loads are driven where no timer may outlive a request; made by `onRequest()`. */
export interface RefreshMode {
  /** Does what `Resource.get()` promises. */
  get<T>(core: Core<T>, options: GetOptions | undefined): Promise<T>;
  /** Does what `Resource.reload()` promises. */
  reload<T>(core: Core<T>): Promise<Snapshot<T>>;
  /** Waits until `ready`, driving the resources that are in the way. */
  whenReady(room: ReadinessRoom, signal: AbortSignal | undefined): Promise<void>;
  /** How long a probe may wait for the loads it starts, in ms. */
  readonly probeWaitMs: number;
}

/** What `whenReady()` looks at in request mode. */
export interface ReadinessRoom {
  readonly clock: Clock;
  ready(): boolean;
  /** Why it can never be ready, if so. */
  refusal(): NotReadyReason | undefined;
  notReady(reason: NotReadyReason, cause?: unknown): NotReadyError;
  blocking(): readonly Core<unknown>[];
}

/** What a resource needs of the health it lives in. */
export interface Host {
  readonly clock: Clock;
  /** `undefined` in background mode. */
  readonly mode: RefreshMode | undefined;
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
