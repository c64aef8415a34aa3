import type { Clock } from "../time/clock.ts";

/** How long `close()` waits for leases, disposals and saves, in ms. */
const CLOSE_GRACE_MS = 5_000;

/** Counts the pending disposals and saves, because `close()` waits for them. */
export class PendingDisposals {
  #count = 0;
  #onNone = (): void => {};

  /** One more (+1), or one less (-1). */
  add(by: 1 | -1): void {
    this.#count += by;
    if (!this.#count) this.#onNone();
  }

  /** Calls `callback` when there are none, or after 5 s. */
  whenNone(clock: Clock, callback: () => void): void {
    const cancel = clock.setTimer(callback, CLOSE_GRACE_MS, true);
    this.#onNone = () => {
      cancel();
      callback();
    };
    if (!this.#count) this.#onNone();
  }
}
