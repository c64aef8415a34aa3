/** Something that is due at a time. Only the agenda changes it. */
export interface Entry {
  /** The time, in ms. `Infinity` when nothing is due. */
  at: number;
  /** Its index in the heap, or -1 if it is not in the heap. */
  place: number;
}

/**
 * A binary heap of entries, with the earliest on top. With it, one timer is enough for any number of resources.
 */
export class Agenda<E extends Entry> {
  readonly #heap: E[] = [];

  /** The earliest entry. */
  get first(): E | undefined {
    return this.#heap[0];
  }

  /** Adds or moves an entry. `Infinity` removes it. */
  put(entry: E, at: number): void {
    const heap = this.#heap;
    entry.at = at;
    if (at === Infinity) {
      const last = entry.place < 0 ? undefined : heap.pop();
      if (last && last !== entry) this.#sift(last, entry.place);
      entry.place = -1;
    } else this.#sift(entry, entry.place < 0 ? heap.length : entry.place);
  }

  /** Moves an entry up or down to its right place. */
  #sift(entry: E, from: number): void {
    const heap = this.#heap;
    let place = from;
    for (;;) {
      let other = heap[(place - 1) >> 1];
      if (!other || other.at <= entry.at) {
        const left = heap[2 * place + 1];
        const right = heap[2 * place + 2];
        other = left && right && right.at < left.at ? right : left;
        if (!other || other.at >= entry.at) break;
      }
      const next = other.place;
      heap[place] = other;
      other.place = place;
      place = next;
    }
    heap[place] = entry;
    entry.place = place;
  }
}
