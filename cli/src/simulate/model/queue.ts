/** A planned event. Only the queue writes to it. */
export interface Due {
  /** The time in ms. `Infinity` if the event is not planned. */
  at: number;
  /** Its slot in the queue. -1 if it is not planned. */
  slot: number;
  /** 0 for processes and the platform, 1 for checks. At the same time, checks come last and see the changes. */
  readonly rank: 0 | 1;
  /** The order of events with the same time and rank. It is unique within a rank. */
  readonly order: number;
  readonly run: () => void;
}

/** Creates an event that is not planned yet. */
export function createDue(rank: 0 | 1, order: number, run: () => void): Due {
  return { at: Infinity, slot: -1, rank, order, run };
}

/** Of two events at the same time, the one with the smaller number comes first. */
function turnOf({ rank, order }: Due): number {
  return rank * 2 ** 50 + order;
}

/**
 * The virtual time of all replicas: a binary heap with the earliest event on top. The order is total, so that the
 * result does not depend on the order of planning.
 *
 * Each planned event has a slot. The heap holds slots, and the numbers that it compares lie in arrays of numbers. A
 * change of the heap then reads no event, because events are spread over the memory.
 */
export class Queue {
  /** The current time, in ms from the start. */
  now = 0;
  /** The current or last event. */
  current: Due | undefined;
  #size = 0;
  /** The slots in the order of the heap. The slots after `#size` are free. */
  #heap = Int32Array.from({ length: 64 }, (_, slot) => slot);
  /** The event of each slot, its time, its turn, and its place in the heap. */
  readonly #dues: (Due | undefined)[] = [];
  #times = new Float64Array(64);
  #turns = new Float64Array(64);
  #places = new Int32Array(64);

  /** Plans or moves an event. `Infinity` removes it. */
  put(due: Due, at: number): void {
    due.at = at;
    if (at === Infinity) {
      if (due.slot >= 0) this.#remove(due);
      return;
    }
    if (due.slot >= 0) return this.#move(due.slot, at, this.#places[due.slot] ?? 0);
    const slot = this.#takeSlot();
    due.slot = slot;
    this.#dues[slot] = due;
    this.#turns[slot] = turnOf(due);
    this.#rise(slot, at, this.#size++);
  }

  /** Removes the next event and moves the time to it. Returns `undefined` if none is left before `until`. */
  next(until: number): Due | undefined {
    const first = this.#size > 0 ? this.#dues[this.#heap[0] ?? 0] : undefined;
    if (!first || first.at >= until) {
      this.now = until;
      this.current = undefined;
      return undefined;
    }
    this.now = first.at;
    this.current = first;
    first.at = Infinity;
    this.#remove(first);
    return first;
  }

  /** Whether the turn of a check at the current time has already passed. */
  hasPassed(check: Due): boolean {
    return this.current !== undefined && this.current.rank === 1 && check.order < this.current.order;
  }

  #takeSlot(): number {
    const size = this.#size;
    if (size === this.#heap.length) {
      this.#heap = Int32Array.from({ length: 2 * size }, (_, place) => this.#heap[place] ?? place);
      this.#times = Float64Array.from({ length: 2 * size }, (_, slot) => this.#times[slot] ?? 0);
      this.#turns = Float64Array.from({ length: 2 * size }, (_, slot) => this.#turns[slot] ?? 0);
      this.#places = Int32Array.from({ length: 2 * size }, (_, slot) => this.#places[slot] ?? 0);
    }
    return this.#heap[size] ?? size;
  }

  #remove(due: Due): void {
    const { slot } = due;
    const place = this.#places[slot] ?? 0;
    due.slot = -1;
    this.#dues[slot] = undefined;
    this.#size -= 1;
    const last = this.#heap[this.#size] ?? 0;
    this.#heap[this.#size] = slot;
    if (last !== slot) this.#move(last, this.#times[last] ?? 0, place);
  }

  /** Moves a slot from a place up or down. */
  #move(slot: number, at: number, place: number): void {
    if (this.#rise(slot, at, place) === place) this.#sink(slot, at, place);
  }

  /** Moves a slot up, and returns its new place. */
  #rise(slot: number, at: number, place: number): number {
    const heap = this.#heap;
    const times = this.#times;
    const turns = this.#turns;
    const places = this.#places;
    const turn = turns[slot] ?? 0;
    let to = place;
    while (to > 0) {
      const up = (to - 1) >> 1;
      const above = heap[up] ?? 0;
      const time = times[above] ?? 0;
      if (time < at || (time === at && (turns[above] ?? 0) < turn)) break;
      heap[to] = above;
      places[above] = to;
      to = up;
    }
    heap[to] = slot;
    places[slot] = to;
    times[slot] = at;
    return to;
  }

  /** Moves a slot down. */
  #sink(slot: number, at: number, place: number): void {
    const heap = this.#heap;
    const times = this.#times;
    const turns = this.#turns;
    const places = this.#places;
    const turn = turns[slot] ?? 0;
    let to = place;
    for (;;) {
      let down = 2 * to + 1;
      if (down >= this.#size) break;
      let below = heap[down] ?? 0;
      let time = times[below] ?? 0;
      if (down + 1 < this.#size) {
        const right = heap[down + 1] ?? 0;
        const rightTime = times[right] ?? 0;
        if (rightTime < time || (rightTime === time && (turns[right] ?? 0) < (turns[below] ?? 0))) {
          below = right;
          time = rightTime;
          down += 1;
        }
      }
      if (at < time || (at === time && turn < (turns[below] ?? 0))) break;
      heap[to] = below;
      places[below] = to;
      to = down;
    }
    heap[to] = slot;
    places[slot] = to;
  }
}
