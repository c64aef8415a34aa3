/** Where the value came from: a load, a store of an earlier process, or the program itself. */
export type Origin = "source" | "store" | "seed";

/** The current value, and the facts about it. Times are in ms on the clock of the health. */
export interface HeldValue<T> {
  readonly value: T;
  readonly revision: string | undefined;
  /** When the last successful load started. */
  readonly checkedAt: number;
  /** When the value was accepted. */
  readonly changedAt: number;
  /** When the data was known to be correct, if the loader returned that time. */
  readonly asOf: number | undefined;
  readonly invalidated: boolean;
  readonly origin: Origin;
}

/** The load that is running. */
export interface LoadInProgress {
  readonly startedAt: number;
  /** `invalidate()` was called while it ran, so one more load must follow. */
  readonly invalidated: boolean;
  /** A hint came while it ran, so one more load must follow. */
  readonly hinted: boolean;
}

/** Why the last load did not succeed. */
export interface LoadError {
  /** The error of the load, such as one that the loader or `validate` threw. */
  readonly error: unknown;
  /** When, in epoch ms. */
  readonly at: number;
  /** The rejected revision, if `validate` rejected the value. */
  readonly revision?: string;
}

/** A revision that `validate` rejected, with the first reason. */
export interface RejectedRevision {
  readonly revision: string;
  readonly error: unknown;
}

/** All recorded facts of one resource. The state follows from them and the current time. */
export interface Facts<T> {
  readonly held: HeldValue<T> | undefined;
  readonly run: LoadInProgress | undefined;
  /** How many values were accepted so far. */
  readonly generation: number;
  /** How many loads failed since the last success. */
  readonly failures: number;
  readonly lastError: LoadError | undefined;
  /** The rejected revision, as long as the source may still offer it. */
  readonly rejected: RejectedRevision | undefined;
  /** No attempt starts before this time, because the source asked for a pause. */
  readonly notBefore: number | undefined;
  /** A newer revision of the source that a rollout does not load yet. */
  readonly behind: string | undefined;
}

/** The facts of a new resource. */
export const NO_FACTS: Facts<never> = /* @__PURE__ */ Object.freeze({
  held: undefined,
  run: undefined,
  generation: 0,
  failures: 0,
  lastError: undefined,
  rejected: undefined,
  notBefore: undefined,
  behind: undefined,
});
