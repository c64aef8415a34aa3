import type { Clock } from "../time/clock.ts";
import type { Driver } from "./driver.ts";
import type { EventQueue } from "./event-queue.ts";
import type { ResourceEvent } from "./event.ts";
import type { KeepsAlive } from "./waiters.ts";

/** The phase of a health: before `start()`, after it, after `drain()`, after `close()`. */
export type Phase = "idle" | "running" | "draining" | "closed";

/** A resource, as its health sees it. */
export interface HostedResource {
  readonly name: string;
}

/** The listeners of the health, as a resource sees them. */
export interface HealthSubscribers {
  readonly size: number;
  /** How many of them belong to the user. */
  readonly readers: number;
  tell(event: ResourceEvent): void;
}

/** The functions of a health that a resource calls. The registry implements it. */
export interface Host {
  readonly clock: Clock;
  readonly driver: Driver;
  readonly phase: Phase;
  /**
   * Sends events in order.
   *
   * @internal
   */
  readonly events: EventQueue;
  /** The listeners of the whole health. */
  readonly subscribers: HealthSubscribers;
  /** The current time on the clock of the health. */
  now(): number;
  /** Converts a past time to epoch ms of the wall clock. The result is never in the future. */
  toWall(at: number): number;
  /** Like `now()`, but it also updates overdue counts. The overdue work runs after the answer. */
  syncNow(): number;
  /** Starts the health if it was not started. */
  begin(): void;
  /** The facts or the plan of a resource changed: count it again and set the timer. */
  changed(resource: HostedResource, now: number): void;
  /** Runs a job later: in the async context of the health, or of the request in request mode. */
  defer(job: () => void): void;
  readonly scheduler: KeepsAlive;
  /** Counts pending disposals, because `close()` waits for them. */
  countPending(by: 1 | -1): void;
  /** Removes a closed resource. */
  remove(resource: HostedResource): void;
}
