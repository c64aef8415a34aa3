import { SourceError } from "../source-error.ts";

/** Waits for one step of the file system. The wait ends after `idleMs`, or when the signal aborts. */
export interface Limit {
  <T>(step: Promise<T>): Promise<T>;
  /** Waits for a time. The wait ends earlier if the signal aborts. */
  pause(ms: number): Promise<void>;
}

/** @param what the file, for the error */
export function createLimit(what: string, idleMs: number, signal: AbortSignal): Limit {
  const race = async <T>(step: Promise<T>, ms: number, onTime: (end: (error: Error) => void) => void): Promise<T> => {
    // A step may fail after the load was given up. That must not be an unhandled rejection.
    step.catch(() => {});
    signal.throwIfAborted();
    let stop = (): void => {};
    const end = new Promise<never>((_, reject) => {
      const timer = setTimeout(() => onTime(reject), ms);
      // A load must not keep the process alive.
      timer.unref();
      // SAFETY: a reason that is not an Error is passed on unchanged, as AbortSignal does.
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
