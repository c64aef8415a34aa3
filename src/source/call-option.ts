import { toSafeText } from "../option/invalid-option.ts";
import { waitAskedBy } from "../resource/retry-later.ts";
import { SourceError, type SourceErrorKind } from "./source-error.ts";

/**
 * Calls `parse`, `verify` or `asOf`. If the call throws, the load fails with a SourceError of the given kind. Two
 * errors are not changed: a SourceError, because a stream may break off while `parse` reads it, and an error of
 * `retryLater()`, because its wait must reach the resource.
 *
 * @param text the beginning of the message
 * @throws SourceError with the thrown value as its cause
 */
export async function callOption<R>(kind: SourceErrorKind, text: string, call: () => R | PromiseLike<R>): Promise<R> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof SourceError || waitAskedBy(cause) !== undefined) throw cause;
    throw new SourceError(kind, `${text}: ${toSafeText(cause instanceof Error ? cause.message : cause)}`, { cause });
  }
}
