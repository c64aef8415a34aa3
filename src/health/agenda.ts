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

  /** Moves an entry from a place up or down to where it belongs; whoever is in the way takes the place. */
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
