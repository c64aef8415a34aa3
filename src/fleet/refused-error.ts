import { SourceError } from "../source/source-error.ts";

/** Creates the error for a load of a revision that the fleet rejects. */
export function refusedError(revision: string): SourceError {
  return new SourceError("refused", `the fleet rejects the revision ${JSON.stringify(revision.slice(0, 80))}`);
}

/** Whether the source says that it no longer has a revision. Any other error may go away by itself. */
export function isGoneFromSource(error: unknown): boolean {
  if (!(error instanceof SourceError)) return false;
  return error.kind === "missing" || error.status === 404 || error.status === 410;
}
