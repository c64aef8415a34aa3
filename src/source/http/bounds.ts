import { systemClock } from "../../time/clock.ts";

/** What ends a request: its load's signal, a deadline, or our own end. */
export interface Bounds {
  /** Aborts at the first of them; its reason is the error to fail with. */
  readonly signal: AbortSignal;
  /** Returns the result of `promise`. If `signal` aborts or `ms` pass before it, the whole request ends. */
  within<R>(promise: PromiseLike<R>, ms: number, late: () => Error): Promise<R>;
  /** Ends the request. `whole`: nothing is left to read, so the connection can be used again. */
  end(whole: boolean): void;
}

/**
 * Made by hand, because edge-runtime has no `AbortSignal.any`, and a timer must end with its request.
 * One promise is waited for at a time.
 */
export function createBounds(outer: AbortSignal): Bounds {
  const controller = new AbortController();
  const { signal } = controller;
  let stop = (): void => {};
  const abort = (reason: unknown): void => {
    controller.abort(reason);
    stop();
  };
  const forward = (): void => abort(outer.reason);
  if (outer.aborted) forward();
  else outer.addEventListener("abort", forward);
  return {
    signal,
    within<R>(promise: PromiseLike<R>, ms: number, late: () => Error) {
      const cancel = systemClock.setTimer(() => abort(late()), ms, false);
      const first = new Promise<R>((resolve, reject) => {
        stop = () => reject(signal.reason);
        promise.then(resolve, reject);
        if (signal.aborted) stop();
      });
      return first.finally(cancel);
    },
    end(whole) {
      outer.removeEventListener("abort", forward);
      if (!whole) controller.abort(signal.reason);
    },
  };
}
