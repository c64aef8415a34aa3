import { RANKS, type Rank } from "./rank.ts";

// SAFETY: the keys of the table are the ranks, in the order in which they are written.
const ORDER = /* @__PURE__ */ Object.keys(RANKS) as readonly Rank[];

/**
 * How many required resources have each rank. With these counts, a probe takes the same time for any number of
 * resources.
 */
export class Tally {
  readonly #counts: Record<Rank, number> = { notLoaded: 0, loading: 0, pastRefuseAfter: 0, stale: 0, ready: 0 };

  /** Adds a resource (`from` is undefined), moves it, or removes it (`to` is undefined). */
  move(from: Rank | undefined, to: Rank | undefined): void {
    if (from) this.#counts[from]--;
    if (to) this.#counts[to]++;
  }

  /** The worst rank of a resource. `ready` if there is none. */
  get worst(): Rank {
    for (const rank of ORDER) if (this.#counts[rank] > 0) return rank;
    return "ready";
  }
}
