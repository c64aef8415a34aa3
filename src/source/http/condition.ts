import type { LoadContext } from "../../resource/options.ts";
import type { Answer } from "./http-source.ts";
import { failure } from "./identity.ts";
import { announcedBy, isDate, isSame, isTag } from "./revision.ts";

/** What a conditional request asks. */
export interface Condition {
  /** The header. */
  readonly name: "if-none-match" | "if-modified-since";
  /** The revisions that the header names. Without any, no condition is sent. */
  readonly sent: readonly string[];
}

/**
 * The condition for what is held and what was rejected. The tags of both go into one header. Without a
 * tag, one date is sent: that of the held value, or else the rejected one. Other content has its own date.
 */
export function conditionOf({ revision, rejected }: Partial<LoadContext>): Condition {
  const known = [revision, rejected];
  const tags = known.filter(isTag);
  return tags.length
    ? { name: "if-none-match", sent: tags }
    : { name: "if-modified-since", sent: known.filter(isDate).slice(0, 1) };
}

/**
 * The revision that an answer to a conditional request announces. A 304 may name the one that it confirms. Otherwise it
 * confirms the rejected one if that was sent, or else the held one. `undefined` if only the body can tell.
 *
 * @throws SourceError for a 304 that confirms nothing
 */
export function revisionIn(
  { headers, response: { status }, url }: Answer,
  { sent }: Condition,
  { revision, rejected, previous }: LoadContext,
): string | undefined {
  if (status !== 304) return announcedBy(headers);
  const tag = headers.get("etag");
  const named = sent.find((one) => isSame(one, tag));
  if (named) return named;
  if (revision === undefined && previous === undefined)
    throw failure("protocol", url, "answered 304, but no condition was sent", { status });
  return sent.find((one) => one === rejected) ?? revision;
}
