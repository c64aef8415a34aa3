import type { Edit, ScalarItem } from "./model/item.ts";
import { isJson } from "./model/json.ts";
import type { Finding } from "./model/report.ts";

/** A change of the text between two offsets. */
interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** The key that is new, if one is. */
  readonly key?: string;
}

/** How the text of the file is written. A correction is written in the same way. */
interface Style {
  readonly lineEnd: "\n" | "\r\n";
  /** How the raw text of a value is written. */
  readonly write: (raw: string) => string;
}

/** A text with the certain corrections in it, and how many they are. Comments, order and quotes stay as they are. */
export function fixed(text: string, findings: readonly Finding[]): { readonly text: string; readonly count: number } {
  const style: Style = {
    lineEnd: text.includes("\r\n") ? "\r\n" : "\n",
    write: isJson(text) ? asJson : (raw) => raw,
  };
  const byStart = new Map<number, readonly Change[]>();
  let count = 0;
  for (const { edit, severity } of findings) {
    const change = edit && severity !== "note" ? changeOf(text, edit, style) : undefined;
    const before = byStart.get(change?.start ?? -1) ?? [];
    if (!change || before.some((other) => excludes(change, other))) continue;
    byStart.set(change.start, [...before, change]);
    count += 1;
  }
  const parts: string[] = [];
  let rest = text.length;
  for (const { start, end, text: next } of [...byStart.values()].flat().sort((one, other) => other.start - one.start)) {
    parts.push(text.slice(end, rest), next);
    rest = start;
  }
  return { text: [...parts, text.slice(0, rest)].reverse().join(""), count };
}

/** Changes overlap only where they begin at one place. Several new keys may come there, but each key once. */
function excludes(one: Change, other: Change): boolean {
  return one.key === undefined || other.key === undefined || one.key === other.key;
}

function changeOf(text: string, edit: Edit, { lineEnd, write }: Style): Change | undefined {
  if ("replace" in edit) {
    const { span } = edit.replace;
    return span && { ...span, text: "raw" in edit ? write(edit.raw) : quoted(edit.text, edit.replace) };
  }
  const { flow, start: mapStart = 0, entries } = edit.into;
  const [first] = entries;
  if (!first) return undefined;
  const { start, column } = first;
  // JSON keeps its quotes.
  const key = text[start] === '"' ? JSON.stringify(edit.key) : edit.key;
  const line = `${lineEnd}${text.slice(start - column, start).replace(/[^\t]/g, " ")}`;
  const isOneLine = flow && !text.slice(mapStart, start).includes("\n");
  const separator = isOneLine ? ", " : flow ? `,${line}` : line;
  return { start, end: start, text: `${key}: ${write(edit.raw)}${separator}`, key: edit.key };
}

/** A word such as `5s` has quotes in JSON. */
function asJson(raw: string): string {
  return /^[\w.]+$/.test(raw) && !isJson(raw) ? JSON.stringify(raw) : raw;
}

function quoted(text: string, { quote }: ScalarItem): string {
  if (quote === "double") return JSON.stringify(text);
  if (quote === "single") return `'${text.replaceAll("'", "''")}'`;
  return /^[\w/][^#:[\]{},&*!|>'"%@`\n]*$/.test(text) || (/^[A-Za-z][^\n]*$/.test(text) && !/: |\s#/.test(text))
    ? text
    : JSON.stringify(text);
}

/** The lines that differ, as a unified diff. */
export function diffOf(file: string, before: string, after: string): string {
  const [old, young] = [before.split("\n"), after.split("\n")];
  const hunks: string[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < young.length) {
    if (old[i] === young[j]) {
      i += 1;
      j += 1;
      continue;
    }
    const [oldEnd, youngEnd] = meetingOf(old, young, i, j);
    const from = Math.max(0, i - 2);
    const context = old.slice(from, i).map((line) => ` ${line}`);
    const tail = old.slice(oldEnd, oldEnd + 2).map((line) => ` ${line}`);
    const removed = old.slice(i, oldEnd).map((line) => `-${line}`);
    const added = young.slice(j, youngEnd).map((line) => `+${line}`);
    const sizes = [context.length + removed.length + tail.length, context.length + added.length + tail.length];
    hunks.push(
      `@@ -${from + 1},${sizes[0]} +${j - context.length + 1},${sizes[1]} @@`,
      ...context,
      ...removed,
      ...added,
      ...tail,
    );
    i = oldEnd;
    j = youngEnd;
  }
  return hunks.length === 0 ? "" : [`--- ${file}`, `+++ ${file}`, ...hunks, ""].join("\n");
}

/** Where two texts go on alike after a difference. */
function meetingOf(old: readonly string[], young: readonly string[], i: number, j: number): readonly [number, number] {
  for (let reach = 1; reach < 200; reach += 1)
    for (let a = 0; a <= reach; a += 1) {
      const b = reach - a;
      if (i + a <= old.length && j + b <= young.length && old[i + a] === young[j + b]) return [i + a, j + b];
    }
  return [old.length, young.length];
}
