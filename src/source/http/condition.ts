import { isDate, isSame, isTag } from "./revision.ts";
import type { LoadContext } from "../../resource/options.ts";

/** What a conditional request asks. */
export interface Condition {
  /** The header. */
  readonly name: "if-none-match" | "if-modified-since";
  /** The revisions that the header names. Without any, no condition is sent. */
  readonly sent: readonly string[];
}

/**
 * The condition for what is held and what was rejected. The tags of both go into one header. Without a
 * tag, one date is sent: that of the value held, because any other content is then told by its own date.
 */
export function conditionOf({ revision, rejected }: LoadContext): Condition {
  const known = [revision, rejected];
  const tags = known.filter(isTag);
  return tags.length
    ? { name: "if-none-match", sent: tags }
    : { name: "if-modified-since", sent: known.filter(isDate).slice(0, 1) };
}

/** What is asked without a condition. */
export const NO_CONDITION: Condition = { name: "if-none-match", sent: [] };

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
