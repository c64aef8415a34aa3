/** Lets one piece of work run at a time. */
export interface Turns {
  /**
   * Waits for its turn, runs the work, and gives what the work gives.
   * An abort rejects at once with the signal's reason. The turn is given back when the work has really ended,
   * so that loads which were given up do not pile up behind a source that is silent.
   */
  run<R>(signal: AbortSignal, work: () => Promise<R>): Promise<R>;
}

/** How long work that was given up may keep its turn, in ms: a connection may be silent for ever. */
const MOST_HELD_MS = 30_000;

interface Turn {
  /** When its load was given up, by the monotonic clock. */
  abandonedAt: number | undefined;
}

/** Makes turns, first come, first served. It sets no timer. */
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

/** Returns what the promise gives, or rejects as soon as the signal aborts. */
export function untilAborted<R>(signal: AbortSignal, running: Promise<R>, onAbort?: () => void): Promise<R> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      onAbort?.();
      reject(toError(signal.reason));
    };
    const end = (): void => signal.removeEventListener("abort", stop);
    // The handlers stand before the abort is looked at, so that a late failure is no unhandled rejection.
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
