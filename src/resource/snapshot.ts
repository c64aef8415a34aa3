import type { LoadError } from "../state/facts.ts";
import { ageOf, stateOf } from "../state/freshness.ts";
import type { State } from "../state/state.ts";
import type { Core } from "./core.ts";

/** One frozen record of a resource, all of it from the same moment. Times are epoch ms on the health's clock. */
export interface Snapshot<T = unknown> {
  /** The resource's name. */
  readonly name: string;
  /** The state at that moment. */
  readonly state: State;
  /** Whether readiness and startup wait for it. */
  readonly required: boolean;
  /** What the last accepted load produced; `undefined` in NOT_LOADED and LOADING. */
  readonly value: T | undefined;
  /** The source's own identity of the value, if it gave one. */
  readonly revision: string | undefined;
  /** This process's count of accepted values: 0 before the first. */
  readonly generation: number;
  /** When the last successful load started. */
  readonly checkedAt: number | undefined;
  /** When the value was swapped in. */
  readonly changedAt: number | undefined;
  /** Up to when the source vouches for the value, if it said. */
  readonly asOf: number | undefined;
  /** Now minus `asOf`, or minus `checkedAt` without one; in ms. */
  readonly age: number | undefined;
  /** Whether a load runs while a value is held. */
  readonly refreshing: boolean;
  /** Which try the running or next load is: 1, and one more for each failure in a row. */
  readonly attempt: number;
  /** When the next load is planned; `undefined` while one runs or none is. */
  readonly nextAttemptAt: number | undefined;
  /** Why the last load did not succeed; cleared by the next success. */
  readonly lastError: LoadError | undefined;
  /** Loads that were given up at `timeout` or `unload()` and have not settled since. */
  readonly abandoned: number;
}

/** The record of a resource at an instant. */
export function snapshotOf<T>(core: Core<T>, now: number): Snapshot<T> {
  const { facts, nextAttemptAt } = core;
  const { held } = facts;
  return Object.freeze({
    name: core.name,
    state: stateOf(facts, now, core.limits.staleAfter),
    required: core.required,
    value: held?.value,
    revision: held?.revision,
    generation: facts.generation,
    checkedAt: held?.checkedAt,
    changedAt: held?.changedAt,
    asOf: held?.asOf,
    age: held && ageOf(held, now),
    refreshing: held !== undefined && facts.run !== undefined,
    attempt: facts.failures + 1,
    nextAttemptAt: nextAttemptAt === Infinity ? undefined : nextAttemptAt,
    lastError: facts.lastError,
    abandoned: core.abandoned,
  });
}
