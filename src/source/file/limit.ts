import { SourceError } from "../source-error.ts";

/** Waits for one step of the file system, at most for the idle deadline, and no longer than the signal allows. */
export interface Limit {
  <T>(step: Promise<T>): Promise<T>;
  /** Waits; the signal ends the wait. */
  pause(ms: number): Promise<void>;
}

/** @param what the file, for the error */
export function createLimit(what: string, idleMs: number, signal: AbortSignal): Limit {
  const race = async <T>(step: Promise<T>, ms: number, onTime: (end: (error: Error) => void) => void): Promise<T> => {
    // A step that fails after the load was given up has nobody who hears of it.
    step.catch(() => {});
    signal.throwIfAborted();
    let stop = (): void => {};
    const end = new Promise<never>((_, reject) => {
      const timer = setTimeout(() => onTime(reject), ms);
      // A load keeps no process alive.
      timer.unref();
      // SAFETY: a reason that is no Error is passed on as it is, as AbortSignal does.
      const onAbort = (): void => reject(signal.reason as Error);
      signal.addEventListener("abort", onAbort, { once: true });
      stop = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", onAbort);
      };
    });
    try {
      return await Promise.race([step, end]);
    } finally {
      stop();
    }
  };
  const limit = <T>(step: Promise<T>): Promise<T> =>
    race(step, idleMs, (reject) => reject(new SourceError("timeout", `${what} did not answer within ${idleMs} ms`)));
  return Object.assign(limit, {
    async pause(ms: number) {
      const over = new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
      await race(over, 2 ** 31 - 1, () => {});
    },
  });
}
