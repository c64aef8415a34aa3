import { STATES, type State } from "../state/state.ts";

/** Where a required resource stands for readiness, the worst first. */
export const RANKS: { readonly [S in State | "REFUSED"]: number } = {
  NOT_LOADED: 0,
  LOADING: 1,
  REFUSED: 2,
  STALE: 3,
  READY: 4,
};

/** Which of the fixed words an answer says; `alive` is the only one with 200. */
export type Word = "alive" | "notLoaded" | "stale" | "draining" | "wedged";

/** What a probe is answered. */
export interface Verdict {
  readonly word: Word;
  /** The worst state of the required resources; READY where there are none. */
  readonly worst: State;
}

/** Liveness while nothing is wedged. */
export const ALIVE: Verdict = { word: "alive", worst: "READY" };
/** Liveness while a heartbeat is overdue. */
export const WEDGED: Verdict = { word: "wedged", worst: "READY" };

/** What the verdict on readiness is made of. */
export interface Standing {
  /** How many required resources stand at each rank. */
  readonly counts: readonly number[];
  /** Expected resources that nobody registered. */
  readonly missing: number;
  readonly draining: boolean;
  readonly closed: boolean;
}

/** Readiness, from counts alone: its cost does not grow with the number of resources. */
export function readinessOf({ counts, missing, draining, closed }: Standing): Verdict {
  const has = (rank: number): boolean => (counts[rank] ?? 0) > 0;
  const absent = closed || missing > 0 || has(RANKS.NOT_LOADED);
  const refused = has(RANKS.REFUSED);
  const worst: State = absent
    ? "NOT_LOADED"
    : has(RANKS.LOADING)
      ? "LOADING"
      : refused || has(RANKS.STALE)
        ? "STALE"
        : "READY";
  const word = STATES.indexOf(worst) < 2 ? "notLoaded" : draining ? "draining" : refused ? "stale" : "alive";
  return { word, worst };
}
