/** Something that happens at an instant. The queue alone writes to it. */
export interface Due {
  /** The instant, in ms; `Infinity` when it is not planned. */
  at: number;
  /** Its place in the heap; -1 while it has none. */
  place: number;
  /** 0 for what processes and the platform do, 1 for checks: at one instant, checks see what the others did. */
  readonly rank: 0 | 1;
  /** What comes first at one instant and rank; no two of a rank share it. */
  readonly order: number;
  readonly run: () => void;
}

/** A thing that can be planned, and is not yet. */
export function createDue(rank: 0 | 1, order: number, run: () => void): Due {
  return { at: Infinity, place: -1, rank, order, run };
}

function isBefore(one: Due, other: Due): boolean {
  if (one.at !== other.at) return one.at < other.at;
  return one.rank !== other.rank ? one.rank < other.rank : one.order < other.order;
}

/**
 * One virtual time for every replica: a binary heap, the earliest on top. Its order is total, so that what
 * happens does not depend on what else was planned in between.
 */
export class Queue {
  /** The instant now, in ms from the start. */
  now = 0;
  /** What happens now, or happened last. */
  current: Due | undefined;
  readonly #heap: Due[] = [];

  /** Plans, moves or, at `Infinity`, takes out. */
  put(due: Due, at: number): void {
    const heap = this.#heap;
    due.at = at;
    if (at === Infinity) {
      const last = due.place < 0 ? undefined : heap.pop();
      if (last && last !== due) this.#sift(last, due.place);
      due.place = -1;
    } else this.#sift(due, due.place < 0 ? heap.length : due.place);
  }

  /** Takes the next out, and moves time to it; `undefined` when nothing is left before `until`. */
  next(until: number): Due | undefined {
    const first = this.#heap[0];
    if (!first || first.at >= until) {
      this.now = until;
      this.current = undefined;
      return undefined;
    }
    const { at } = first;
    this.put(first, Infinity);
    this.now = at;
    this.current = first;
    return first;
  }

  /** Whether a check's turn at this very instant has come already. */
  hasPassed(check: Due): boolean {
    return this.current !== undefined && this.current.rank === 1 && check.order < this.current.order;
  }

  #sift(due: Due, place: number): void {
    const heap = this.#heap;
    for (;;) {
      const up = (place - 1) >> 1;
      const above = heap[up];
      if (!above || !isBefore(due, above)) break;
      heap[place] = above;
      above.place = place;
      place = up;
    }
    for (;;) {
      let down = 2 * place + 1;
      let below = heap[down];
      const right = heap[down + 1];
      if (below && right && isBefore(right, below)) {
        below = right;
        down++;
      }
      if (!below || !isBefore(below, due)) break;
      heap[place] = below;
      below.place = place;
      place = down;
    }
    heap[place] = due;
    due.place = place;
  }
}
