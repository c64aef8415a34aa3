/** Ignores the rejection of a promise. Other values are allowed. */
export function ignoreRejection(result: unknown): void {
  if (typeof result === "object" && result !== null && "then" in result)
    Promise.resolve(result).then(undefined, () => {});
}

/** Calls a callback of the user. Its error or rejection is ignored (docs/reference/rules.md, 7). */
export function callSafely(callback: () => unknown): void {
  try {
    ignoreRejection(callback());
  } catch {
    // Ignored, so that the other callbacks still run.
  }
}

/** Adds a rejection handler to a promise, so that its rejection does not end the process if no caller awaits it. */
export function handled<R>(promise: Promise<R>): Promise<R> {
  promise.catch(() => {});
  return promise;
}
