import { dateOf } from "./instant.ts";

// Servers refuse long headers, and a tag that they refuse would fail every load. So a longer tag does not count.
const TAG = /^(?:W\/)?"[ !#-~\x80-\xff]{0,1000}"$/;
const DATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

/** A date this close to `date` may be given to two contents (RFC 9110, 8.8.2.2). */
const SAME_SECOND_MS = 1_000;

/** Whether a revision is one quoted entity tag. Two tags, as a broken proxy sends them, do not count. */
export function isTag(revision: string | null | undefined): revision is string {
  return TAG.test(String(revision));
}

/** Whether a revision is a date as `last-modified` has it. */
export function isDate(revision: string | null | undefined): revision is string {
  return DATE.test(String(revision));
}

/** Whether two revisions are the same. Tags are compared weakly (RFC 9110, 8.8.3.2). */
export function isSame(one: string | null | undefined, other: string | null | undefined): boolean {
  return Boolean(one && other && strong(one) === strong(other));
}

/** The revision that an answer announces: its tag, else its date of change. */
export function announcedBy(headers: Headers): string | undefined {
  const tag = headers.get("etag");
  if (isTag(tag)) return tag;
  const modified = headers.get("last-modified");
  if (!isDate(modified)) return undefined;
  return dateOf(headers) - Date.parse(modified) > SAME_SECOND_MS ? modified : undefined;
}

function strong(revision: string): string {
  return revision.replace(/^W\/(?=")/, "");
}
