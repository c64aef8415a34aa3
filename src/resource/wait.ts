import type { Host } from "./host.ts";
import type { NotReadyError, NotReadyReason } from "./error.ts";

/** Somebody who waits. */
export interface Waiter<E> {
  /** Asks its question again, for something ended. */
  readonly end: (ended: E) => void;
  readonly refuse: (reason: NotReadyReason) => void;
  /** Whether it asked for a load in spite of what was rejected before (`reload()`). */
  readonly forced: boolean;
}

/** Where somebody waits. */
export interface WaitingRoom<E> {
  readonly host: Pick<Host, "hold">;
  waiters: Set<Waiter<E>> | undefined;
  notReady(reason: NotReadyReason, cause?: unknown): NotReadyError;
}

/**
 * A promise that is answered by what `ask` gives or throws when something ended (`undefined` waits on),
 * by a refusal, or by its caller's own signal.
 */
export function wait<R, E>(
  room: WaitingRoom<E>,
  signal: AbortSignal | undefined,
  ask: (ended: E) => R | undefined,
  forced = false,
): Promise<R> {
  return new Promise((resolve, reject) => {
    const waiters = (room.waiters ??= new Set());
    const answer = (question: () => R | undefined): void => {
      try {
        const given = question();
        if (given === undefined) return;
        resolve(given);
      } catch (error) {
        reject(error);
      }
      waiters.delete(waiter);
      signal?.removeEventListener("abort", abort);
      room.host.hold(-1);
    };
    const refuse = (reason: NotReadyReason, cause?: unknown): void =>
      answer(() => {
        throw room.notReady(reason, cause);
      });
    const abort = (): void => refuse("aborted", signal?.reason);
    const waiter: Waiter<E> = { end: (ended) => answer(() => ask(ended)), refuse, forced };
    waiters.add(waiter);
    room.host.hold(1);
    signal?.addEventListener("abort", abort);
    if (signal?.aborted) abort();
  });
}

/** Ends every wait in a room. */
export function refuseAll<E>({ waiters }: WaitingRoom<E>, reason: NotReadyReason): void {
  for (const waiter of waiters ?? []) waiter.refuse(reason);
}

/** Gives a promise a handler from the start, so that one that nobody looks at ends no process. */
export function handled<R>(promise: Promise<R>): Promise<R> {
  promise.catch(() => {});
  return promise;
}
