import { ignoreRejection } from "../option/call-safely.ts";

// Method syntax, because a list may contain listeners of any event type.
type Listener<E> = { told(event: E): unknown }["told"];

/** Replaces a removed listener, because an event may be in progress. */
const nobody = (): void => {};

/** The listeners of a resource or a health. It is an array of functions, because that is a third faster. */
export class Subscribers<E> {
  /** The number of listeners. */
  size: number = 0;
  /** How many of them belong to the user. With one, failed loads are not printed. */
  readers: number = 0;
  #listeners: Listener<E>[] = [];
  /** The functions that remove them, at the same index. */
  #leaves: (() => void)[] = [];

  /** Adds a listener, and returns a function that removes it. */
  add(listener: Listener<E>): () => void {
    if (this.#leaves.length > 2 * this.size) {
      this.#listeners = this.#listeners.filter((one) => one !== nobody);
      this.#leaves = this.#leaves.filter((one) => one !== nobody);
    }
    const leave = (): void => {
      const place = this.#leaves.indexOf(leave);
      if (place < 0) return;
      this.#listeners[place] = nobody;
      this.#leaves[place] = nobody;
      this.size--;
    };
    this.#listeners.push(listener);
    this.#leaves.push(leave);
    this.size++;
    return leave;
  }

  /** Calls every listener. An error of one does not affect the others. */
  tell(event: E): void {
    for (const listener of this.#listeners) {
      try {
        ignoreRejection(listener(event));
      } catch {
        // Ignored here and not with callSafely(), which would create a closure for each listener.
      }
    }
  }
}
