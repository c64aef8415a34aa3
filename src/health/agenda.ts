/** Something that is due at an instant. The agenda alone writes to it. */
export interface Entry<T> {
  readonly item: T;
  /** The instant, in ms; `Infinity` when nothing is due. */
  at: number;
  /** Its place in the agenda; -1 while it has none. */
  place: number;
}

/**
 * A binary heap of entries, the earliest on top: one timer serves any number of resources, and the
 * next change is known without walking them.
 */
export class Agenda<T> {
  readonly #heap: Entry<T>[] = [];

  /** The earliest entry. */
  get first(): Entry<T> | undefined {
    return this.#heap[0];
  }

  /** Puts an entry in, moves it, or, at `Infinity`, takes it out. */
  put(entry: Entry<T>, at: number): void {
    const heap = this.#heap;
    entry.at = at;
    if (at === Infinity) {
      const last = entry.place < 0 ? undefined : heap.pop();
      if (last && last !== entry) this.#sift(last, entry.place);
      entry.place = -1;
    } else this.#sift(entry, entry.place < 0 ? heap.length : entry.place);
  }

  #sift(entry: Entry<T>, place: number): void {
    const heap = this.#heap;
    for (;;) {
      const up = (place - 1) >> 1;
      const above = heap[up];
      if (!above || above.at <= entry.at) break;
      heap[place] = above;
      above.place = place;
      place = up;
    }
    for (;;) {
      let down = 2 * place + 1;
      let below = heap[down];
      const right = heap[down + 1];
      if (below && right && right.at < below.at) {
        below = right;
        down++;
      }
      if (!below || below.at >= entry.at) break;
      heap[place] = below;
      below.place = place;
      place = down;
    }
    heap[place] = entry;
    entry.place = place;
  }
}
