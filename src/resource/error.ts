import { propertyOf } from "../option/invalid-option.ts";
import type { State } from "../state/state.ts";

/**
 * Why a wait for data ended without data.
 *
 * - `failed`: the load failed, or the library waits before the next attempt. `cause` is the last error.
 * - `stale`: a load ended, but the value is too old. At the start of the load, its age was more than `maxAge`.
 * - `aborted`: the caller's own signal ended the wait. `cause` is its reason.
 * - `draining`, `closed`: `drain()` or `close()` was called.
 */
export type NotReadyReason = "failed" | "stale" | "aborted" | "draining" | "closed";

/** The fields of a NotReadyError. */
export interface NotReadyNote {
  /** The state at that moment. */
  readonly state: State;
  /** Why the wait ended. */
  readonly reason: NotReadyReason;
  /** When to try again: whole seconds, at least 1. */
  readonly retryAfter: number;
  /** The resource's name; `undefined` where several were waited for. */
  readonly resource?: string | undefined;
  /** The error behind it. */
  readonly cause?: unknown;
}

/** The error of a wait that ended without data. Its message does not contain the message of the cause. */
export class NotReadyError extends Error {
  /** Always "NotReadyError". */
  override readonly name = "NotReadyError";
  /** Always "HS_NOT_READY". */
  readonly code = "HS_NOT_READY" as const;
  /** The state at that moment. */
  declare readonly state: State;
  /** Why the wait ended. */
  declare readonly reason: NotReadyReason;
  /** When to try again: whole seconds, at least 1, as in the `retry-after` header. */
  declare readonly retryAfter: number;
  /** The resource's name; `undefined` where several were waited for. */
  declare readonly resource: string | undefined;

  /** Made by the library. */
  constructor({ state, reason, retryAfter, resource, cause }: NotReadyNote) {
    super(`${resource ?? "the health"} is not ready: ${reason} (${state}). Try again in ${retryAfter} s.`, { cause });
    Object.assign(this, { state, reason, retryAfter, resource });
  }
}

/**
 * Whether an error is a NotReadyError. It checks the name, because the error may come from another copy of the package,
 * or from another realm.
 *
 * @example
 * try {
 *   await index.get();
 * } catch (error) {
 *   if (isNotReady(error)) console.warn(`try again in ${error.retryAfter} s`);
 * }
 */
export function isNotReady(error: unknown): error is NotReadyError {
  return isError(error) && propertyOf(error, "name") === "NotReadyError";
}

/** The codes of the errors that fail a load. They are stable. */
export type LoadCode =
  | "HS_NO_DATA"
  | "HS_RESPONSE_AS_VALUE"
  | "HS_INVALID_REVISION"
  | "HS_INVALID_AS_OF"
  | "HS_REJECTED"
  | "HS_REJECTED_BEFORE"
  | "HS_TIMED_OUT"
  | "HS_CHECK_FAILED";

/** Creates an error that fails a load. The message says what was returned, what is accepted and what to do. */
export function loadError(code: LoadCode, message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, cause === undefined ? undefined : { cause }), { code });
}

/** Throws an error of the user without a change. It may come from another realm. */
export function throwAsIs(error: Error): never {
  throw error;
}

/** Whether a value is an Error, perhaps of another realm. */
export function isError(value: unknown): value is Error {
  try {
    if (value instanceof Error) return true;
    // A plain object may have the tag of an Error. It is still data.
    return (
      Object.prototype.toString.call(value) === "[object Error]" && propertyOf(value, Symbol.toStringTag) === undefined
    );
  } catch {
    // A Proxy may throw at each of these questions.
    return false;
  }
}
