import { callSafely } from "../option/call-safely.ts";
import type { Clock } from "../time/clock.ts";
import type { LazySignal } from "./lazy-signal.ts";
import type { ReloadOptions } from "./waiters.ts";

/** One load, while it has the slot. */
export interface ActiveRun {
  /** Counts the runs of a resource: 1, 2, 3 … */
  readonly id: number;
  readonly signal: LazySignal;
  /** The options of the `reload()` that started it. Such a load tries a rejected revision again. */
  readonly reload: ReloadOptions | undefined;
  readonly attempt: number;
  readonly startedAt: number;
  /**
   * When the slot is freed, even if the loader continues. In monotonic time, because a change of the wall clock must
   * not end a load.
   */
  readonly timeoutAt: number;
  /** In request mode, the end of the lease. The request renews it. */
  leaseUntil: number;
  /** Whether it was given up and its loader has not ended. */
  isAbandoned: boolean;
  /** The value of the loader, once there is one. */
  candidate: unknown;
  /** Called when the loader has ended, or was never called. */
  onEnded: (() => void) | undefined;
}

/** Aborts the signal of the loader. On Workers, `abort()` throws if the request of the signal has ended. */
export function abortRun(run: ActiveRun, reason: unknown): void {
  callSafely(() => run.signal.abort(reason));
}

/** The figures of a load for its event. */
interface RunFigures {
  readonly attempt: number;
  /** In whole ms of monotonic time. */
  readonly durationMs: number;
}

/** The figures of a run that ends now. */
export function figuresOf(
  { attempt, timeoutAt }: ActiveRun,
  limits: { readonly timeout: number },
  clock: Clock,
): RunFigures {
  return { attempt, durationMs: Math.round(clock.monotonic() - (timeoutAt - limits.timeout)) };
}
