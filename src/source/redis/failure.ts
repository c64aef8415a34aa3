import { toSafeText } from "../../option/invalid-option.ts";
import { SourceError } from "../source-error.ts";

/** Redis says a word in capitals first: ERR, WRONGTYPE, OOM, NOAUTH, LOADING, CLUSTERDOWN. A client does not. */
const SERVER_WORD = /^[A-Z]{2,}(?=[ :]|$)/;

/** Creates a SourceError of what a client threw; what is one already stays. */
export function toFailure(error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  const message = error instanceof Error && error.message !== "" ? error.message : String(error);
  return new SourceError(SERVER_WORD.test(message) ? "refused" : "network", `Redis: ${toSafeText(message)}`, {
    cause: error,
  });
}
