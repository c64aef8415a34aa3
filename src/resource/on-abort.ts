/** The waits on a signal, with one listener for all of them. */
interface Watch {
  readonly callbacks: Set<() => void>;
  /** Removes the listener. */
  readonly end: () => void;
}

const watches = new WeakMap<AbortSignal, Watch>();

/**
 * Calls `callback` once when the signal aborts, or in a microtask if it has already aborted. All calls for one signal
 * share one listener, because Node prints a warning for more than ten.
 *
 * @returns a function that ends the wait
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) {
    let isOver = false;
    queueMicrotask(() => isOver || callback());
    return () => {
      isOver = true;
    };
  }
  const { callbacks, end } = watches.get(signal) ?? createWatch(signal);
  callbacks.add(callback);
  return () => {
    if (callbacks.delete(callback) && !callbacks.size) end();
  };
}

function createWatch(signal: AbortSignal): Watch {
  const callbacks = new Set<() => void>();
  const fire = (): void => {
    end();
    for (const callback of callbacks) callback();
    callbacks.clear();
  };
  const end = (): void => {
    signal.removeEventListener("abort", fire);
    watches.delete(signal);
  };
  const made = { callbacks, end };
  watches.set(signal, made);
  signal.addEventListener("abort", fire);
  return made;
}
