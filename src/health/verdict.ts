import { isRefused, stateOf } from "../state/freshness.ts";
import type { State } from "../state/state.ts";
import type { Core } from "../resource/core.ts";
import { NOWHERE, type Host } from "../resource/host.ts";

/** Where a required resource stands for readiness, the worst first: the first STALE is refused. `NOWHERE` comes after. */
const RANKS: readonly State[] = ["NOT_LOADED", "LOADING", "STALE", "STALE", "READY"];
const REFUSED = 2;

/** Which of the fixed words an answer says; `alive` is the only one with 200. */
export type Word = "alive" | "notLoaded" | "stale" | "draining" | "wedged";

/** What a probe is answered. */
export interface Verdict {
  readonly word: Word;
  /** The worst state of the required resources; READY where there are none. */
  readonly worst: State;
  /** Seconds for `retry-after`; 0 where the answer is 200. */
  readonly retryAfter: number;
}

/** Where a resource stands at an instant. */
export function rankOf({ required, facts, limits }: Core<unknown>, now: number): number {
  if (!required) return NOWHERE;
  return isRefused(facts, now, limits.refuseAfter)
    ? REFUSED
    : RANKS.lastIndexOf(stateOf(facts, now, limits.staleAfter));
}

/** Whether a resource stands in the way of readiness. */
export function isBlocking({ rank }: Core<unknown>): boolean {
  return rank <= REFUSED;
}

/** What readiness says, from the worst rank alone: its cost does not grow with the number of resources. */
export function wordOf(rank: number, phase: Host["phase"]): Word {
  return rank < REFUSED ? "notLoaded" : phase === "draining" ? phase : rank === REFUSED ? "stale" : "alive";
}

/** The state of who stands at a rank. */
export function stateAt(rank: number): State {
  return RANKS[rank] ?? "READY";
}
