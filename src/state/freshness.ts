import type { Facts, HeldValue } from "./facts.ts";
import type { State } from "./state.ts";

/** The two limits on age, in ms; `Infinity` for never. */
export interface AgeLimits {
  readonly staleAfter: number;
  readonly refuseAfter: number;
}

/** The time from which the age is measured: `asOf` if the loader returned it, otherwise `checkedAt`. */
export function vouchedAtOf(held: HeldValue<unknown>): number {
  return held.asOf ?? held.checkedAt;
}

/** The age in ms. It is never negative (docs/reference/rules.md, 3). */
export function ageOf(held: HeldValue<unknown>, now: number): number {
  return Math.max(0, now - vouchedAtOf(held));
}

/** The state that follows from the facts and the current time (docs/reference/rules.md, 1). */
export function stateOf(facts: Facts<unknown>, now: number, staleAfter: number): State {
  const { held, run } = facts;
  if (held === undefined) return run === undefined ? "NOT_LOADED" : "LOADING";
  return held.invalidated || ageOf(held, now) > staleAfter ? "STALE" : "READY";
}

/**
 * Whether the value is too old for readiness. An invalidation does not count, because it may hit every replica at once.
 */
export function isPastRefuseAfter(facts: Facts<unknown>, now: number, refuseAfter: number): boolean {
  return facts.held !== undefined && ageOf(facts.held, now) > refuseAfter;
}

/** The next time at which the state or the readiness changes without an event. `Infinity` if there is none. */
export function changesAt(facts: Facts<unknown>, now: number, limits: AgeLimits): number {
  const { held } = facts;
  if (held === undefined) return Infinity;
  const age = ageOf(held, now);
  const limit =
    age <= limits.staleAfter && !held.invalidated
      ? limits.staleAfter
      : age <= limits.refuseAfter
        ? limits.refuseAfter
        : Infinity;
  // Age is in whole ms, so a limit is passed one ms after it.
  return vouchedAtOf(held) + limit + 1;
}
