import type { FleetTurnAsk } from "./fleet-store.ts";

/** First loads come before every refresh, sorted by the time of their request. */
const FIRST = -1e15;

interface Waiting {
  readonly rank: number;
  readonly until: number;
}

/** The turns for one resource: the replicas that load, and the replicas that wait. */
export class TurnTable {
  readonly #loading = new Map<string, number>();
  readonly #waiting = new Map<string, Waiting>();

  /** Whether no replica loads or waits. */
  get isEmpty(): boolean {
    return this.#loading.size + this.#waiting.size === 0;
  }

  /** Removes expired entries. */
  expire(now: number, mostTtlMs: number): void {
    const isOver = (until: number): boolean => until <= now || until > now + mostTtlMs;
    for (const [replica, until] of this.#loading) if (isOver(until)) this.#loading.delete(replica);
    for (const [replica, { until }] of this.#waiting) if (isOver(until)) this.#waiting.delete(replica);
  }

  /** Removes a replica. */
  remove(replica: string): void {
    this.#loading.delete(replica);
    this.#waiting.delete(replica);
  }

  /**
   * Handles the request of a replica. Returns its place in the queue, from 1. 0 means that it has its turn.
   *
   * @param isClosed whether new turns are blocked
   */
  ask(replica: string, { wants, first, staleInMs, most }: FleetTurnAsk, at: TurnMoment): number {
    const { now, ttlMs, isClosed } = at;
    const before = this.#waiting.get(replica);
    this.remove(replica);
    if (wants === "none") return 0;
    if (wants === "loads") {
      // A running load counts, even if its turn was lost.
      this.#loading.set(replica, now + ttlMs);
      return 0;
    }
    const asked = before && before.rank < 0 ? before.rank : FIRST + now;
    const rank = first ? asked : now + staleInMs;
    let ahead = 0;
    for (const [other, waiting] of this.#waiting)
      if (waiting.rank < rank || (waiting.rank === rank && other < replica)) ahead++;
    if (!isClosed && this.#loading.size + ahead < most) {
      this.#loading.set(replica, now + ttlMs);
      return 0;
    }
    this.#waiting.set(replica, { rank, until: now + ttlMs });
    return ahead + 1;
  }
}

/** The request of a replica. */
export interface TurnMoment {
  readonly now: number;
  readonly ttlMs: number;
  /** Whether new turns are blocked. */
  readonly isClosed: boolean;
}
