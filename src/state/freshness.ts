import type { Facts, Held } from "./facts.ts";
import type { State } from "./state.ts";

/** The two limits on age, in ms; `Infinity` for never. */
export interface AgeLimits {
  readonly staleAfter: number;
  readonly refuseAfter: number;
}

/** The instant from which age counts: `asOf` where the loader gave one, else `checkedAt`. */
export function vouchedAtOf(held: Held<unknown>): number {
  return held.asOf ?? held.checkedAt;
}

/** Age in ms, never negative (docs/rules.md, 3). */
export function ageOf(held: Held<unknown>, now: number): number {
  return Math.max(0, now - vouchedAtOf(held));
}

/** The state, from the recorded facts and the time now (docs/rules.md, 1). */
export function stateOf(facts: Facts<unknown>, now: number, staleAfter: number): State {
  const { held, run } = facts;
  if (held === undefined) return run === undefined ? "NOT_LOADED" : "LOADING";
  return held.invalidated || ageOf(held, now) > staleAfter ? "STALE" : "READY";
}

/** Whether readiness refuses the value. Age alone decides: an invalidation is no outage. */
export function isRefused(facts: Facts<unknown>, now: number, refuseAfter: number): boolean {
  return facts.held !== undefined && ageOf(facts.held, now) > refuseAfter;
}

/** The next instant at which time alone changes the state or the refusal; `Infinity` if none. */
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
  // Age is in whole ms, so the first instant over a limit is one ms past it.
  return vouchedAtOf(held) + limit + 1;
}
