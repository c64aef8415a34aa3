import { isDate, isSame, isTag } from "./revision.ts";
import type { LoadContext } from "../../resource/options.ts";

/** What a conditional request asks. */
export interface Condition {
  /** The header and its value; without a revision to name, none. */
  readonly header: readonly [name: string, value: string] | undefined;
  /** The revisions that the header names. */
  readonly sent: readonly string[];
}

/**
 * The condition for what is held and what was rejected. The tags of both go into one header. Without a
 * tag, one date is sent: that of the value held, because any other content is then told by its own date.
 */
export function conditionOf({ revision, rejected }: LoadContext): Condition {
  const tags = [revision, rejected].filter(isTag);
  if (tags.length) return { header: ["if-none-match", tags.join(", ")], sent: tags };
  const date = [revision, rejected].find(isDate);
  return date ? { header: ["if-modified-since", date], sent: [date] } : { header: undefined, sent: [] };
}

/** What a 304 confirms. `undefined`: it answers nothing that was asked. */
export function confirmedBy(
  tag: string | null,
  { sent }: Condition,
  { revision, rejected, previous }: LoadContext,
): "held" | "rejected" | undefined {
  const asked = (one: string | undefined): boolean => one !== undefined && sent.includes(one);
  if (asked(rejected) && isSame(tag, rejected)) return "rejected";
  if (revision === undefined && previous === undefined) return undefined;
  if (asked(revision) && (isSame(tag, revision) || !asked(rejected))) return "held";
  return asked(rejected) ? "rejected" : undefined;
}
