/** Lets one piece of work run at a time. */
export interface Turns {
  /**
   * Waits for a turn, runs the work, and returns its result. An abort rejects at once with the reason of the signal. The
   * turn ends when the work has really ended. Otherwise loads that were given up would pile up behind a silent source.
   */
  run<R>(signal: AbortSignal, work: () => Promise<R>): Promise<R>;
}

/** How long work may keep its turn after its load was given up, in ms. A connection may be silent for ever. */
const MOST_HELD_MS = 30_000;

interface Turn {
  /** The monotonic time at which the load was given up. `undefined` until then. */
  abandonedAt: number | undefined;
}

/** Creates turns, in the order of the calls of `run()`. It sets no timer. */
export function createTurns(): Turns {
  let current: Turn | undefined;
  const waiting = new Set<() => void>();

  const passOn = (turn: Turn): void => {
    if (current !== turn) return;
    current = undefined;
    const [first] = waiting;
    first?.();
  };

  const take = (signal: AbortSignal): Promise<Turn> =>
    new Promise((resolve, reject) => {
      const begin = (): void => {
        waiting.delete(begin);
        signal.removeEventListener("abort", stop);
        current = { abandonedAt: undefined };
        resolve(current);
      };
      const stop = (): void => {
        waiting.delete(begin);
        reject(toError(signal.reason));
      };
      if (signal.aborted) return stop();
      if (current?.abandonedAt !== undefined && performance.now() - current.abandonedAt >= MOST_HELD_MS)
        passOn(current);
      if (current === undefined) return begin();
      waiting.add(begin);
      signal.addEventListener("abort", stop, { once: true });
    });

  return {
    async run(signal, work) {
      const turn = await take(signal);
      const running = start(work);
      void running.then(
        () => passOn(turn),
        () => passOn(turn),
      );
      return untilAborted(signal, running, () => {
        turn.abandonedAt = performance.now();
      });
    },
  };
}

/** Returns the result of the promise, or rejects as soon as the signal aborts. */
export function untilAborted<R>(signal: AbortSignal, running: Promise<R>, onAbort?: () => void): Promise<R> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      onAbort?.();
      reject(toError(signal.reason));
    };
    const end = (): void => signal.removeEventListener("abort", stop);
    // The handlers are added before the abort is checked. Otherwise a late failure would be an unhandled rejection.
    running.then(resolve, reject).then(end, end);
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
  });
}

async function start<R>(work: () => Promise<R>): Promise<R> {
  return work();
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error("the load was given up", { cause: reason });
}
