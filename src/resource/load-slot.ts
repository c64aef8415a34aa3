import type { Clock } from "../time/clock.ts";
import type { ActiveRun } from "./active-run.ts";
import { LoadPlan } from "./load-plan.ts";
import { LazySignal } from "./lazy-signal.ts";

/** The fields of a new load. */
type RunFields = Pick<ActiveRun, "reload" | "attempt" | "startedAt" | "timeoutAt">;

/**
 * The slot of a resource, and the plan for the next load. Loads are numbered: 1, 2, 3 … It extends the plan, because
 * one object needs less memory than two. Only the resource and its driver write its fields.
 */
export class LoadSlot extends LoadPlan {
  /** The running load, if there is one. */
  run: ActiveRun | undefined;
  /** The number of the last load that started. 0 before the first. */
  lastRun: number = 0;
  /** When that load started, on the clock of the health. */
  lastStartedAt: number = -Infinity;
  /** The number of the last load that ended and was not given up. */
  endedRun: number = 0;
  /** The duration of the longest successful load, in ms. */
  longestLoadMs: number = 0;
  /** The number of the last load that `unload()` aborted, or whose value it removed. */
  unloadedRun: number = 0;

  /** A load takes the slot. */
  take(fields: RunFields): ActiveRun {
    this.lastStartedAt = fields.startedAt;
    this.run = {
      id: ++this.lastRun,
      signal: new LazySignal(),
      leaseUntil: Infinity,
      isAbandoned: false,
      candidate: undefined,
      onEnded: undefined,
      ...fields,
    };
    return this.run;
  }

  /** Whether the running load has taken longer than its timeout, in monotonic time. */
  hasTimedOut(clock: Clock): boolean {
    return this.run !== undefined && clock.monotonic() >= this.run.timeoutAt;
  }

  /** When the running load must be checked next. `Infinity` if none is running. */
  dueAt(now: number, clock: Clock): number {
    if (!this.run) return Infinity;
    const leftMs = Math.ceil(this.run.timeoutAt - clock.monotonic());
    return Math.min(this.run.leaseUntil, now + Math.max(0, leftMs));
  }
}
