import { onAbort } from "./on-abort.ts";
import type { NotReadyError, NotReadyReason } from "./error.ts";

/** The options of `reload()`. */
export interface ReloadOptions {
  /**
   * Accepts a value with this revision without calling `validate`, in this reload only. `true` accepts any value of
   * this load.
   * @default nothing
   */
  readonly accept?: string | true | undefined;
}

/** The options of a wait. */
export interface WaitOptions {
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
  /** The options of the `reload()` that waits, if it is one. */
  readonly reload?: ReloadOptions | undefined;
}

/** One wait. */
interface Waiter<E> extends WaitOptions {
  /** Something ended: check again whether this waiter can be answered. */
  readonly check: (ended: E) => void;
  readonly reject: (reason: NotReadyReason) => void;
}

/** Keeps the process alive while callers wait. */
export interface KeepsAlive {
  /** Counts a waiting caller (+1), or the end of its wait (-1). */
  keepAlive(by: 1 | -1): void;
}

/** A resource or a health that is waited for. */
export interface WaitOwner {
  /** Creates the error of a wait that ends without data. */
  notReady(reason: NotReadyReason, cause?: unknown): NotReadyError;
}

/** The waits for one resource, or for the readiness of a health. */
export class Waiters<E> {
  readonly #scheduler: KeepsAlive;
  readonly #owner: WaitOwner;
  readonly #waiters = new Set<Waiter<E>>();

  constructor(scheduler: KeepsAlive, owner: WaitOwner) {
    this.#scheduler = scheduler;
    this.#owner = owner;
  }

  /** The number of waits. */
  get size(): number {
    return this.#waiters.size;
  }

  /**
   * Returns a promise that is answered by `ask` when something ended, by a rejection, or by the caller's own signal.
   *
   * @param ask returns or throws the answer. `undefined` means that the wait continues.
   */
  add<R>({ signal, reload }: WaitOptions, ask: (ended: E) => R | undefined): Promise<R> {
    return new Promise((resolve, reject) => {
      let unwatch = (): void => {};
      const answer = (question: () => R | undefined): void => {
        try {
          const given = question();
          if (given === undefined) return;
          resolve(given);
        } catch (error) {
          reject(error);
        }
        if (!this.#waiters.delete(waiter)) return;
        unwatch();
        this.#scheduler.keepAlive(-1);
      };
      const rejectAs = (reason: NotReadyReason, cause?: unknown): void =>
        answer(() => {
          throw this.#owner.notReady(reason, cause);
        });
      const waiter: Waiter<E> = { check: (ended) => answer(() => ask(ended)), reject: rejectAs, reload };
      this.#waiters.add(waiter);
      this.#scheduler.keepAlive(1);
      if (signal?.aborted) rejectAs("aborted", signal.reason);
      else if (signal) unwatch = onAbort(signal, () => rejectAs("aborted", signal.reason));
    });
  }

  /** Something ended: each waiter checks whether it can be answered. */
  checkAll(ended: E): void {
    for (const waiter of this.#waiters) waiter.check(ended);
  }

  /** Ends every wait, or those of one kind. */
  rejectAll(reason: NotReadyReason, which: "all" | "no-reload" = "all"): void {
    for (const waiter of this.#waiters) if (which === "all" || !waiter.reload) waiter.reject(reason);
  }

  /** The options of a waiting `reload()`, if there is one. The first one that accepts a revision is used. */
  get reload(): ReloadOptions | undefined {
    let found: ReloadOptions | undefined;
    for (const { reload } of this.#waiters) if (reload && found?.accept === undefined) found = reload;
    return found;
  }
}
