import { toSafeText } from "../../option/invalid-option.ts";
import { SourceError } from "../source-error.ts";

/**
 * An error of the server begins with a word in capitals: ERR, WRONGTYPE, OOM, NOAUTH. An error of a client does not.
 */
const SERVER_WORD = /^[A-Z]{2,}(?=[ :]|$)/;

/** Converts the error of a client to a SourceError. A SourceError is returned unchanged. */
export function toFailure(error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  const message = error instanceof Error && error.message !== "" ? error.message : String(error);
  return new SourceError(SERVER_WORD.test(message) ? "refused" : "network", `Redis: ${toSafeText(message)}`, {
    cause: error,
  });
}
