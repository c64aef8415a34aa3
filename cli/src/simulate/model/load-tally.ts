/** Called with the most loads at one time in a part of the time. */
export type Ran = (most: number, fromMs: number, untilMs: number) => void;

/** How far ahead the loads of steady replicas are counted, in ms. */
export const AHEAD_MS = 300_000;

/**
 * Counts how many loads run at once. It accepts events in any order, so one replica may be counted far ahead of
 * another. A ring has a slot for each ms, with the number of loads that begin or end in that ms.
 */
export class LoadTally {
  started = 0;
  #slots = new Int32Array(2 ** 19);
  #foldedMs = 0;
  #loading = 0;
  readonly #untilMs: number;
  readonly #partMs: number;
  readonly #ran: Ran;

  /**
   * @param parts the number of parts of the time
   * @param ran called for each part of the time in order. It may be called several times for one part
   */
  constructor(untilMs: number, parts: number, ran: Ran) {
    this.#untilMs = untilMs;
    this.#partMs = untilMs / parts;
    this.#ran = ran;
  }

  /** Counts the begin or end of a load. A time that was already summed up cannot change any more. */
  add(by: 1 | -1, atMs: number): void {
    const at = Math.floor(atMs);
    while (at - this.#foldedMs >= this.#slots.length) this.#grow();
    const slot = at & (this.#slots.length - 1);
    this.#slots[slot] = (this.#slots[slot] ?? 0) + by;
    if (by > 0) this.started += 1;
  }

  /** Sums up the time before `untilMs`, because all its events have been counted. */
  fold(untilMs: number): void {
    const last = Math.min(untilMs, this.#untilMs);
    while (this.#foldedMs < last) {
      const from = this.#foldedMs;
      const part = Math.ceil((Math.floor(from / this.#partMs) + 1) * this.#partMs);
      // A rounding error must not create an empty part.
      const until = Math.min(last, Math.max(part, from + 1));
      this.#ran(this.#mostIn(from, until), from, until);
      this.#foldedMs = until;
    }
  }

  /** Loads that end and loads that begin in the same ms do not overlap, because their order is unknown. */
  #mostIn(from: number, until: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let loading = this.#loading + (slots[from & mask] ?? 0);
    let most = loading;
    slots[from & mask] = 0;
    for (let at = from + 1; at < until; at += 1) {
      const change = slots[at & mask];
      if (change === undefined || change === 0) continue;
      slots[at & mask] = 0;
      loading += change;
      if (loading > most) most = loading;
    }
    this.#loading = loading;
    return most;
  }

  #grow(): void {
    const grown = new Int32Array(2 * this.#slots.length);
    for (let at = this.#foldedMs; at < this.#foldedMs + this.#slots.length; at += 1)
      grown[at & (grown.length - 1)] = this.#slots[at & (this.#slots.length - 1)] ?? 0;
    this.#slots = grown;
  }
}
