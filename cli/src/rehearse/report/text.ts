import type { Play, Rehearsal, Rehearsed } from "../play/rehearse.ts";
import type { Change } from "../play/change.ts";
import { assumptionsOf, sharedOf } from "./assumed.ts";
import { sentenceOf } from "./sentence.ts";

const RATINGS = { good: "ok", warning: "warn", bad: "BAD", late: "-" } as const;
const NAME = 20;
const INDENT = "  ";
const EVIDENCE = "https://unpkg.com/health-state-cli/docs/simulate.md";

/** Formats all rehearsals as text of at most `width` columns. Shared assumptions come once, at the end. */
export function pageOf(rehearsals: readonly Rehearsal[], stores: readonly string[], width: number): string {
  const shared = sharedOf(rehearsals);
  const parts = rehearsals.map((each) => toText(each, shared, width));
  const end = [
    ...(shared.length > 0 ? ["all workloads assume", ...listOf(shared, width)] : []),
    ...(stores.length > 0
      ? folded(
          `Not simulated: ${stores.join(", ")}, because a database loads no data from a source. --only simulates ${stores.length === 1 ? "it" : "them"}.`,
          "",
          width,
        )
      : []),
  ];
  end.push(`The rules of the simulator, with their sources: ${EVIDENCE}`);
  return [...parts, `${end.join("\n")}\n`].join("\n");
}

/** Formats one rehearsal. */
function toText(rehearsal: Rehearsal, shared: readonly string[], width: number): string {
  const { workload, spec, troubles, changes } = rehearsal;
  const { file, line, name } = workload;
  const bad = troubles.filter(({ before }) => before.verdict.rating !== "good");
  const lines = [
    `${name} (${file}:${line}): ${spec.replicas} replica${spec.replicas === 1 ? "" : "s"}`,
    "",
    "with this file",
    ...troubles.flatMap((each) => rowOf(each, each.before, width)),
  ];
  if (bad.length === 0) lines.push("", "Nothing needs to change.");
  if (changes.length > 0) {
    lines.push("", changes.length === 1 ? "change this" : `change these ${changes.length}`);
    changes.forEach((change, index) => lines.push(...changeOf(rehearsal, change, index, width)));
    lines.push(
      "",
      "with the changes",
      ...troubles.flatMap((each) => (each.after ? rowOf(each, each.after, width, saidBefore(each)) : [])),
    );
  }
  const left = troubles.filter(({ before, after }) => (after ?? before).verdict.rating !== "good");
  if (left.length > 0 && bad.length > 0)
    lines.push(
      "",
      ...folded(`No change that was tried is enough for: ${left.map(({ trouble }) => trouble).join(", ")}.`, "", width),
    );
  const assumed = assumptionsOf(rehearsal).filter((each) => !shared.includes(each));
  if (assumed.length > 0) lines.push("", "assumed", ...listOf(assumed, width));
  return `${lines.join("\n")}\n`;
}

function listOf(sentences: readonly string[], width: number): readonly string[] {
  return sentences.flatMap((each) => folded(`- ${each}`, `${INDENT}${INDENT}`, width, INDENT));
}

/** Returns the text of a trouble in the first table, which is not repeated. */
function saidBefore(rehearsed: Rehearsed): string | undefined {
  return rehearsed.before.verdict.rating === "late" ? undefined : sentenceOf(rehearsed, rehearsed.before);
}

function rowOf(rehearsed: Rehearsed, play: Play, width: number, said?: string): readonly string[] {
  const sentence = sentenceOf(rehearsed, play);
  const head = `${INDENT}${rehearsed.trouble.padEnd(NAME)}${RATINGS[play.verdict.rating].padEnd(5)}`;
  return folded(sentence === said ? "unchanged" : sentence, " ".repeat(head.length), width, head);
}

function changeOf(
  { workload, troubles }: Rehearsal,
  { line, before, after, why }: Change,
  index: number,
  width: number,
): readonly string[] {
  const [first = "", ...more] = after.split("\n");
  const asking = troubles.filter(({ changes }) => changes.includes(index)).map(({ trouble }) => trouble);
  return [
    `${INDENT}${workload.file}:${line}${before === undefined ? "" : `  ${before}`}`,
    `${INDENT}${INDENT}${before === undefined ? "add " : " -> "}${first}`,
    ...more.map((each) => `${INDENT}${INDENT}    ${each}`),
    ...folded(`(${asking.join(", ")}: ${why})`, `${INDENT}${INDENT}    `, width, `${INDENT}${INDENT}    `),
  ];
}

/** Wraps a text. The first line begins with `head`, and the others with `indent`. */
function folded(text: string, indent: string, width: number, head = indent): readonly string[] {
  const lines: string[] = [];
  let line = head;
  let isEmpty = true;
  for (const word of text.split(" ")) {
    if (!isEmpty && line.length + word.length + 1 > width) {
      lines.push(line);
      line = indent;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
