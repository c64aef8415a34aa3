import { FATES, LOOKS, type Fate, type Look } from "./record.ts";
import type { Played, PlayedVariant } from "./scenario.ts";
import { columnsOf, fewerOf, figureRows, LEGEND, REQUEST_LEGEND, requestsOf, sentenceOf, spanOf } from "./wording.ts";

/** One character for each look; told apart without colour. */
const MARKS: { readonly [L in Look]: string } = {
  fresh: "█",
  stale: "▒",
  out: "-",
  stalled: "z",
  loading: "·",
  backoff: "x",
};
/** One character for what became of requests. */
const REQUESTS: { readonly [F in Fate]: string } = {
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

/** A played scenario for a terminal that is 100 columns wide: a timeline of each variant, and the figures side by side. */
export function toTerminal(played: Played): string {
  const { scenario, shows, replicas, durationSeconds, loadSeconds, seed, variants } = played;
  const names = variants.map((_, index) => String.fromCharCode(65 + index));
  const lines = [
    `${scenario}: ${shows}`,
    `${replicas} replica${replicas === 1 ? "" : "s"}, ${spanOf(durationSeconds)}, a load takes ${spanOf(loadSeconds)}, seed ${seed}`,
  ];
  const seen = new Set<Look | "restart">();
  const met = new Set<Fate>();
  variants.forEach((variant, index) => {
    lines.push("", `${names[index]}  ${variant.title}`, ...timelineOf(variant, durationSeconds, seen, met));
  });
  const marks = LOOKS.filter((look) => seen.has(look)).map((look) => `${MARKS[look]} ${LEGEND[look]}`);
  if (seen.has("restart")) marks.push(`${RESTART} restarted`);
  const fates = FATES.filter((fate) => met.has(fate)).map((fate) => `${REQUESTS[fate]} ${REQUEST_LEGEND[fate]}`);
  lines.push("", ...foldedOf("replicas:", marks), ...foldedOf("requests:", fates));
  lines.push("", ...tableOf(["", ...names], figureRows(played)), "");
  variants.forEach((variant, index) => lines.push(`${names[index]}: ${sentenceOf(variant)}.`));
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

function timelineOf(
  variant: PlayedVariant,
  until: number,
  seen: Set<Look | "restart">,
  met: Set<Fate>,
): readonly string[] {
  const { rows } = variant.timeline;
  const drawn = rows.length > 0 ? rowsOf(variant, until, seen) : bandsOf(variant);
  const axis = `${"".padEnd(MARGIN)}0${spanOf(until / 2).padStart(COLUMNS / 2)}${spanOf(until).padStart(COLUMNS / 2 - 1)}`;
  const requests = requestsOf(variant.timeline, COLUMNS);
  for (const fate of requests) if (fate !== null) met.add(fate);
  const flow = requests.map((fate) => (fate === null ? " " : REQUESTS[fate])).join("");
  return [...drawn, `${"requests".padEnd(MARGIN)}${flow}`, axis];
}

function rowsOf({ timeline }: PlayedVariant, until: number, seen: Set<Look | "restart">): readonly string[] {
  return timeline.rows.map((row) => {
    const looks = columnsOf(row, until, COLUMNS);
    const marks = looks.map((look) => (look === null ? " " : MARKS[look]));
    for (const look of looks) if (look !== null) seen.add(look);
    for (const at of row.restartsAt) {
      marks[Math.min(COLUMNS - 1, Math.floor((at / until) * COLUMNS))] = RESTART;
      seen.add("restart");
    }
    return `${`replica ${row.replica}`.padEnd(MARGIN)}${marks.join("")}`;
  });
}

/** One line for each look, as high as many replicas have it. */
function bandsOf({ timeline, setup }: PlayedVariant): readonly string[] {
  const level = (part: number, whole: number): string =>
    part <= 0 ? " " : (LEVELS[Math.max(1, Math.min(8, Math.round((8 * part) / whole)))] ?? " ");
  const average = (those: readonly number[]): number => those.reduce((sum, part) => sum + part, 0) / those.length;
  const bands = LOOKS.filter((look) => timeline.replicas[look].some((part) => part > 0)).map((look) => {
    const parts = fewerOf(timeline.replicas[look], COLUMNS, average);
    return `${look.padEnd(MARGIN)}${parts.map((part) => level(part, setup.replicas)).join("")}`;
  });
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

/** Nothing for a legend without entries: where bands have names of their own. */
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
