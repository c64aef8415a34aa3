/** The waits on a signal, with one listener for all of them. */
interface Watch {
  readonly callbacks: Set<() => void>;
  readonly fire: () => void;
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
  const { callbacks, fire } = watchOf(signal);
  callbacks.add(callback);
  return () => {
    if (!callbacks.delete(callback) || callbacks.size) return;
    signal.removeEventListener("abort", fire);
    watches.delete(signal);
  };
}

function watchOf(signal: AbortSignal): Watch {
  const known = watches.get(signal);
  if (known) return known;
  const callbacks = new Set<() => void>();
  const fire = (): void => {
    signal.removeEventListener("abort", fire);
    watches.delete(signal);
    for (const callback of callbacks) callback();
    callbacks.clear();
  };
  const watch = { callbacks, fire };
  watches.set(signal, watch);
  signal.addEventListener("abort", fire);
  return watch;
}
