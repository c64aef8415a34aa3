/** Something that is due at an instant. The agenda alone writes to it. */
export interface Entry {
  /** The instant, in ms; `Infinity` when nothing is due. */
  at: number;
  /** Its place in the agenda; -1 while it has none. */
  place: number;
}

/**
 * A binary heap of entries, the earliest on top: one timer serves any number of resources, and the
 * next change is known without walking them.
 */
export class Agenda<E extends Entry> {
  readonly #heap: E[] = [];

  /** The earliest entry. */
  get first(): E | undefined {
    return this.#heap[0];
  }

  /** Puts an entry in, moves it, or, at `Infinity`, takes it out. */
  put(entry: E, at: number): void {
    const heap = this.#heap;
    entry.at = at;
    if (at === Infinity) {
      const last = entry.place < 0 ? undefined : heap.pop();
      if (last && last !== entry) this.#sift(last, entry.place);
      entry.place = -1;
    } else this.#sift(entry, entry.place < 0 ? heap.length : entry.place);
  }

  #sift(entry: E, place: number): void {
    const heap = this.#heap;
    const move = (each: E, to: number): void => {
      heap[to] = each;
      each.place = to;
    };
    for (;;) {
      const up = (place - 1) >> 1;
      const above = heap[up];
      if (!above || above.at <= entry.at) break;
      move(above, place);
      place = up;
    }
    for (;;) {
      let down = 2 * place + 1;
      if ((heap[down + 1]?.at ?? Infinity) < (heap[down]?.at ?? Infinity)) down++;
      const below = heap[down];
      if (!below || below.at >= entry.at) break;
      move(below, place);
      place = down;
    }
    move(entry, place);
  }
}
