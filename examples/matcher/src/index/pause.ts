import { setImmediate as nextTurn } from "node:timers/promises";

/** Work in one go, in ms, before others get their turn. */
const SLICE_MS = 15;

/**
 * Makes the function that long work calls between its slices: it lets timers and requests have their
 * turn when 15 ms have gone by, and throws the signal's reason once that is aborted.
 */
export function createPause(signal?: AbortSignal): () => Promise<void> {
  let turnAt = performance.now();
  return async () => {
    signal?.throwIfAborted();
    if (performance.now() - turnAt < SLICE_MS) return;
    await nextTurn();
    turnAt = performance.now();
    signal?.throwIfAborted();
  };
}
