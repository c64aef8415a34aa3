/** The result of a check. `false` rejects the value, and so does an error. Every other result accepts it. */
export type CheckResult = boolean | void | PromiseLike<boolean | void>;

/** Checks a new value before the resource uses it. To reject the value, it throws or returns `false`. */
export type Check<T> = (next: T, previous: T | undefined) => CheckResult;

/**
 * Throws the error of a check that rejects a value. Its code is HS_REFUSED.
 *
 * @param reason a sentence. It must not contain data.
 * @throws Error always
 */
export function reject(reason: string, cause?: unknown): never {
  throw Object.assign(new Error(reason, { cause }), { code: "HS_REFUSED" });
}

/** Whether it is a promise of any kind. */
export function isThenable<T>(result: T | PromiseLike<T>): result is PromiseLike<T> {
  return typeof result === "object" && result !== null && "then" in result && typeof result.then === "function";
}
