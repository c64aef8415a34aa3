import type { LoadContext } from "../../../src/index.ts";

/** What a loader is told, with what the test sets of it. */
export function contextOf(given: Partial<LoadContext> = {}): LoadContext {
  return {
    signal: new AbortController().signal,
    previous: undefined,
    revision: undefined,
    asOf: undefined,
    rejected: undefined,
    attempt: 1,
    deadline: Date.now() + 30_000,
    ...given,
  };
}
