import { SourceError } from "../source/source-error.ts";

/** Creates the error for a load of a revision that the fleet rejects. */
export function refusedError(revision: string): SourceError {
  return new SourceError("refused", `the fleet rejects the revision ${JSON.stringify(revision.slice(0, 80))}`);
}
