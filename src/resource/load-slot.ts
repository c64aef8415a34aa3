import type { Clock } from "../time/clock.ts";
import type { ActiveRun } from "./active-run.ts";
import { LoadPlan } from "./load-plan.ts";
import { RunSignal } from "./load-context.ts";
import type { ReloadOptions } from "./waiters.ts";

/** The fields of a new load. */
type RunFields = Pick<ActiveRun, "reload" | "attempt" | "startedAt" | "timeoutAt" | "onEnded">;

/**
 * The slot of a resource, and the plan for the next load. Loads are numbered: 1, 2, 3 … It extends the plan, because
 * one object needs less memory than two.
 */
export class LoadSlot extends LoadPlan {
  #run: ActiveRun | undefined;
  #lastRun = 0;
  #lastStartedAt = -Infinity;
  #endedRun = 0;
  #unloadedRun = 0;
  /** The load that a `reload()` waits for, in request mode. */
  #asked: { readonly run: number; readonly how: ReloadOptions } | undefined;

  /** The running load, if there is one. */
  get run(): ActiveRun | undefined {
    return this.#run;
  }

  /** The number of the last load that started. 0 before the first. */
  get lastRun(): number {
    return this.#lastRun;
  }

  /** When that run started, on the clock of the health. */
  get lastStartedAt(): number {
    return this.#lastStartedAt;
  }

  /** The number of the last load that ended and was not given up. */
  get endedRun(): number {
    return this.#endedRun;
  }

  /** The number of the last load that `unload()` aborted, or whose value it removed. */
  get unloadedRun(): number {
    return this.#unloadedRun;
  }

  /** Marks the next load as one for `reload()`. Any request may start it. */
  askForReload(how: ReloadOptions): void {
    this.#asked = { run: this.#lastRun + 1, how };
  }

  /** The options of a waiting `reload()`, if there is one. */
  get askedReload(): ReloadOptions | undefined {
    return this.#asked?.run === this.#lastRun + 1 ? this.#asked.how : undefined;
  }

  /** A load takes the slot. */
  take(fields: RunFields): ActiveRun {
    const id = ++this.#lastRun;
    this.#lastStartedAt = fields.startedAt;
    const fresh = { leaseUntil: Infinity, isAbandoned: false, candidate: undefined };
    this.#run = { id, signal: new RunSignal(), ...fresh, ...fields };
    return this.#run;
  }

  /** Frees the slot. Returns the load that had it. */
  free(): ActiveRun | undefined {
    const run = this.#run;
    this.#run = undefined;
    return run;
  }

  /** A load ended, or timed out. */
  noteEnded(run: ActiveRun): void {
    this.#endedRun = run.id;
  }

  /** The value was unloaded, and the running load was aborted. */
  noteUnloaded(): void {
    this.#unloadedRun = this.#lastRun;
  }

  /** Renews the lease of the request that runs the load. */
  renewLease(runId: number, until: number): void {
    if (this.#run?.id === runId) this.#run.leaseUntil = until;
  }

  /** Whether the running load has taken longer than its timeout, in monotonic time. */
  hasTimedOut(clock: Clock): boolean {
    return this.#run !== undefined && clock.monotonic() >= this.#run.timeoutAt;
  }

  /** When the running load must be checked next. `Infinity` if none is running. */
  dueAt(now: number, clock: Clock): number {
    if (!this.#run) return Infinity;
    const leftMs = Math.ceil(this.#run.timeoutAt - clock.monotonic());
    return Math.min(this.#run.leaseUntil, now + Math.max(0, leftMs));
  }
}
