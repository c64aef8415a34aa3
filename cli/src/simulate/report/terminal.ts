import { REQUEST_OUTCOMES, REPLICA_STATUSES, type RequestOutcome, type ReplicaStatus } from "../model/recorder.ts";
import { assumptionsOf } from "./assumed.ts";
import { spanOf } from "../model/span.ts";
import type { Played, PlayedVariant } from "../scenario/scenario.ts";
import { columnsOf, fewerOf, figureRows, LEGEND, REQUEST_LEGEND, requestsOf, sentenceOf } from "./wording.ts";

/** A character for each status. No colour is needed. */
const MARKS: { readonly [L in ReplicaStatus]: string } = {
  fresh: "█",
  stale: "▒",
  out: "-",
  stalled: "z",
  loading: "·",
  backoff: "x",
};
/** A character for each outcome of requests. */
const REQUESTS: { readonly [F in RequestOutcome]: string } = {
  fresh: "█",
  stale: "▒",
  stalled: "z",
  unloaded: "·",
  lost: "!",
  refused: "x",
};
const RESTART = "R";
const LEVELS = " ▁▂▃▄▅▆▇█";
const COLUMNS = 80;
const MARGIN = 12;
const WIDTH = 100;

/** Formats a scenario for a terminal of 100 columns: a timeline of each variant, and a table of figures. */
export function toTerminal(played: Played): string {
  const { scenario, shows, replicas, durationSeconds, loadSeconds, seed, variants } = played;
  const names = variants.map((_, index) => String.fromCharCode(65 + index));
  const lines = [
    `${scenario}: ${shows}`,
    `${replicas} replica${replicas === 1 ? "" : "s"}, ${spanOf(durationSeconds)}, a load takes ${spanOf(loadSeconds)}, seed ${seed}`,
  ];
  const seen = new Set<ReplicaStatus | "restart">();
  const answer = new Set<RequestOutcome>();
  variants.forEach((variant, index) => {
    lines.push("", `${names[index]}  ${variant.title}`, ...timelineOf(variant, durationSeconds, seen, answer));
  });
  const marks = REPLICA_STATUSES.filter((status) => seen.has(status)).map(
    (status) => `${MARKS[status]} ${LEGEND[status]}`,
  );
  if (seen.has("restart")) marks.push(`${RESTART} restarted`);
  if (variants.some(({ timeline }) => timeline.rows.length === 0)) marks.push("█ all of them", "▁ few of them");
  const outcomes = REQUEST_OUTCOMES.filter((outcome) => answer.has(outcome)).map(
    (outcome) => `${REQUESTS[outcome]} ${REQUEST_LEGEND[outcome]}`,
  );
  lines.push("", ...foldedOf("replicas:", marks), ...foldedOf("requests:", outcomes));
  lines.push("", ...tableOf(["", ...names], figureRows(played)), "");
  variants.forEach((variant, index) => lines.push(...wrapped(`${names[index]}: ${sentenceOf(variant)}.`, "   ")));
  lines.push("", "assumed:", ...assumptionsOf(played).flatMap((each) => wrapped(`- ${each}`, "  ")));
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

function timelineOf(
  variant: PlayedVariant,
  until: number,
  seen: Set<ReplicaStatus | "restart">,
  answer: Set<RequestOutcome>,
): readonly string[] {
  const { rows } = variant.timeline;
  const drawn = rows.length > 0 ? rowsOf(variant, until, seen) : bandsOf(variant);
  const axis = `${"".padEnd(MARGIN)}0${spanOf(until / 2).padStart(COLUMNS / 2)}${spanOf(until).padStart(COLUMNS / 2 - 1)}`;
  const requests = requestsOf(variant.timeline, COLUMNS);
  for (const outcome of requests) if (outcome !== null) answer.add(outcome);
  const flow = requests.map((outcome) => (outcome === null ? " " : REQUESTS[outcome])).join("");
  return [...drawn, `${"requests".padEnd(MARGIN)}${flow}`, axis];
}

function rowsOf({ timeline }: PlayedVariant, until: number, seen: Set<ReplicaStatus | "restart">): readonly string[] {
  return timeline.rows.map((row) => {
    const statuses = columnsOf(row, until, COLUMNS);
    const marks = statuses.map((status) => (status === null ? " " : MARKS[status]));
    for (const status of statuses) if (status !== null) seen.add(status);
    for (const at of row.restartsAt) {
      marks[Math.min(COLUMNS - 1, Math.floor((at / until) * COLUMNS))] = RESTART;
      seen.add("restart");
    }
    return `${`replica ${row.replica}`.padEnd(MARGIN)}${marks.join("")}`;
  });
}

/** A line for each status. The height is the number of replicas. */
function bandsOf({ timeline, setup }: PlayedVariant): readonly string[] {
  const level = (part: number, whole: number): string =>
    part <= 0 ? " " : (LEVELS[Math.max(1, Math.min(8, Math.round((8 * part) / whole)))] ?? " ");
  const average = (those: readonly number[]): number => those.reduce((sum, part) => sum + part, 0) / those.length;
  const bands = REPLICA_STATUSES.filter((status) => timeline.replicas[status].some((part) => part > 0)).map(
    (status) => {
      const parts = fewerOf(timeline.replicas[status], COLUMNS, average);
      return `${status.padEnd(MARGIN)}${parts.map((part) => level(part, setup.replicas)).join("")}`;
    },
  );
  const loads = fewerOf(timeline.loads, COLUMNS, (those) => Math.max(...those));
  return [...bands, `${"loads".padEnd(MARGIN)}${loads.map((part) => level(part, setup.replicas)).join("")}`];
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart((widths[column] ?? 0) + 3)))
      .join(""),
  );
}

/** Wraps a sentence. Further lines begin with `indent`. */
function wrapped(sentence: string, indent: string): readonly string[] {
  const lines: string[] = [];
  for (const word of sentence.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${last === undefined ? "" : indent}${word}`);
  }
  return lines;
}

/** Returns nothing for a legend without entries. */
function foldedOf(head: string, words: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length + 3 <= MARGIN + COLUMNS)
      lines[lines.length - 1] = `${last}   ${word}`;
    else lines.push(`${(lines.length === 0 ? head : "").padEnd(MARGIN)}${word}`);
  }
  return lines;
}
