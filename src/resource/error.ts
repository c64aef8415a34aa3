import type { State } from "../state/state.ts";

/**
 * Why a wait for data ended without it.
 *
 * - `failed`: the load that was waited for failed, or a back-off runs; `cause` is the last error.
 * - `stale`: a load came, and its value is older than the `maxAge` that was asked for.
 * - `aborted`: the caller's own signal ended the wait; `cause` is its reason.
 * - `draining`, `closed`: the health is going away, or gone.
 */
export type NotReadyReason = "failed" | "stale" | "aborted" | "draining" | "closed";

/** A wait for data that was aborted or refused. Says nothing of the cause in its message. */
export class NotReadyError extends Error {
  /** Always "NotReadyError". */
  override readonly name = "NotReadyError";
  /** The state at that moment. */
  declare readonly state: State;
  /** Why the wait ended. */
  declare readonly reason: NotReadyReason;
  /** When to try again: whole seconds, at least 1, as in the `retry-after` header. */
  declare readonly retryAfter: number;

  /** Made by the library. */
  constructor(state: State, reason: NotReadyReason, retryAfter: number, cause?: unknown) {
    super(`not ready: ${reason} (${state})`, { cause });
    this.state = state;
    this.reason = reason;
    this.retryAfter = retryAfter;
  }
}

/** By its name: it may come from another copy of the package. */
export function isNotReady(error: unknown): error is NotReadyError {
  return error instanceof Error && error.name === "NotReadyError";
}

/** Where nothing is planned (a load runs, a drain, a wedge): the seconds that `retry-after` names. */
export const UNPLANNED_RETRY_SECONDS = 5;
/** The most that `retry-after` names, in seconds. */
const MOST_RETRY_SECONDS = 30;

/** Whole seconds until `at`, between 1 and 30; 5 where nothing is planned. */
export function retryAfterOf(at: number, now: number): number {
  if (at === Infinity) return UNPLANNED_RETRY_SECONDS;
  return Math.min(MOST_RETRY_SECONDS, Math.max(1, Math.ceil((at - now) / 1_000)));
}
