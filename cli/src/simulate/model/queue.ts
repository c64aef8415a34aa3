/** A planned event. Only the queue writes to it. */
export interface Due {
  /** The time in ms. `Infinity` if the event is not planned. */
  at: number;
  /** Its index in the heap. -1 if it is not in the heap. */
  place: number;
  /** 0 for processes and the platform, 1 for checks. At the same time, checks come last and see the changes. */
  readonly rank: 0 | 1;
  /** The order of events with the same time and rank. It is unique within a rank. */
  readonly order: number;
  readonly run: () => void;
}

/** Creates an event that is not planned yet. */
export function createDue(rank: 0 | 1, order: number, run: () => void): Due {
  return { at: Infinity, place: -1, rank, order, run };
}

function isBefore(one: Due, other: Due): boolean {
  if (one.at !== other.at) return one.at < other.at;
  return one.rank !== other.rank ? one.rank < other.rank : one.order < other.order;
}

/**
 * The virtual time of all replicas: a binary heap with the earliest event on top. The order is total, so that the
 * result does not depend on the order of planning.
 */
export class Queue {
  /** The current time, in ms from the start. */
  now = 0;
  /** The current or last event. */
  current: Due | undefined;
  readonly #heap: Due[] = [];

  /** Plans or moves an event. `Infinity` removes it. */
  put(due: Due, at: number): void {
    const heap = this.#heap;
    due.at = at;
    if (at === Infinity) {
      const last = due.place < 0 ? undefined : heap.pop();
      if (last && last !== due) this.#sift(last, due.place);
      due.place = -1;
    } else this.#sift(due, due.place < 0 ? heap.length : due.place);
  }

  /** Removes the next event and moves the time to it. Returns `undefined` if none is left before `until`. */
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

  /** Whether the turn of a check at the current time has already passed. */
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
