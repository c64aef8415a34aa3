import type { NotReadyError, NotReadyReason } from "./error.ts";

/** Somebody who waits. */
export interface Waiter<E> {
  /** Tells it what ended; it answers its promise, or waits on. */
  readonly end: (ended: E) => void;
  readonly refuse: (reason: NotReadyReason, cause?: unknown) => void;
  /** Whether it asked for a load in spite of what was rejected before (`reload()`). */
  readonly forced: boolean;
}

/** Where somebody waits. */
export interface WaitingRoom<E> {
  waiters: Set<Waiter<E>> | undefined;
  /** Keeps the process alive (+1), or no longer (-1), for somebody who waits. */
  hold(by: 1 | -1): void;
  notReady(reason: NotReadyReason, cause?: unknown): NotReadyError;
}

/**
 * A promise that is answered by `attend`, by a refusal, or by its caller's own signal. It always has a
 * handler, so one that nobody looks at ends no process.
 */
export function wait<R, E>(
  room: WaitingRoom<E>,
  signal: AbortSignal | undefined,
  attend: (ended: E, resolve: (value: R) => void, reject: (error: unknown) => void) => void,
  forced = false,
): Promise<R> {
  const promise = new Promise<R>((resolve, reject) => {
    const waiters = (room.waiters ??= new Set());
    const leave = (): void => {
      waiters.delete(waiter);
      signal?.removeEventListener("abort", abort);
      room.hold(-1);
    };
    const fail = (error: unknown): void => {
      leave();
      reject(error);
    };
    const succeed = (value: R): void => {
      leave();
      resolve(value);
    };
    const waiter: Waiter<E> = {
      end: (ended) => attend(ended, succeed, fail),
      refuse: (reason, cause) => fail(room.notReady(reason, cause)),
      forced,
    };
    const abort = (): void => waiter.refuse("aborted", signal?.reason);
    waiters.add(waiter);
    room.hold(1);
    signal?.addEventListener("abort", abort);
    if (signal?.aborted) abort();
  });
  return handled(promise);
}

/** Gives a promise a handler from the start. */
export function handled<R>(promise: Promise<R>): Promise<R> {
  promise.catch(() => {});
  return promise;
}

/** A wait that is refused before it begins. */
export function refused<E>(room: WaitingRoom<E>, reason: NotReadyReason, cause?: unknown): Promise<never> {
  return handled(Promise.reject(room.notReady(reason, cause)));
}
