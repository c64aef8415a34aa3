import { isPastRefuseAfter, stateOf } from "../state/freshness.ts";
import type { Facts } from "../state/facts.ts";
import type { State } from "../state/state.ts";

/** What the state of a required resource means for readiness. */
export type Rank = "notLoaded" | "loading" | "pastRefuseAfter" | "stale" | "ready";

/** What follows from the worst rank. */
interface RankRow {
  /** The state in the `health-state` header. */
  readonly state: State;
  /** The outcome of readiness. The resource blocks readiness unless it is `ok`. */
  readonly outcome: "notLoaded" | "stale" | "ok";
}

/** The rules of readiness: one row for each rank, with the worst first. */
export const RANKS: { readonly [R in Rank]: RankRow } = {
  notLoaded: { state: "NOT_LOADED", outcome: "notLoaded" },
  loading: { state: "LOADING", outcome: "notLoaded" },
  pastRefuseAfter: { state: "STALE", outcome: "stale" },
  stale: { state: "STALE", outcome: "ok" },
  ready: { state: "READY", outcome: "ok" },
};

const BY_STATE: { readonly [S in State]: Rank } = {
  NOT_LOADED: "notLoaded",
  LOADING: "loading",
  STALE: "stale",
  READY: "ready",
};

/** The rank of a resource at a time. */
export function rankOf(
  facts: Facts<unknown>,
  now: number,
  limits: { readonly staleAfter: number; readonly refuseAfter: number },
): Rank {
  if (isPastRefuseAfter(facts, now, limits.refuseAfter)) return "pastRefuseAfter";
  return BY_STATE[stateOf(facts, now, limits.staleAfter)];
}
