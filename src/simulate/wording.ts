import { FATES, type Fate, type Look, type Row, type Timeline } from "./record.ts";
import type { Played, PlayedVariant } from "./scenario.ts";
import type { Figures } from "./simulate.ts";

/** What each look is called in a legend. */
export const LEGEND: { readonly [L in Look]: string } = {
  fresh: "in rotation, fresh",
  stale: "in rotation, stale",
  out: "holds data, out of rotation",
  stalled: "event loop stalled",
  loading: "loading",
  backoff: "CrashLoopBackOff",
};

/** What became of requests, in a legend. */
export const REQUEST_LEGEND: { readonly [F in Fate]: string } = {
  fresh: "fresh",
  stale: "stale",
  stalled: "kept waiting",
  unloaded: "to an unloaded replica",
  lost: "lost",
  refused: "refused",
};

/** A span of time, in its two largest units: `1 h 5 min`, `2 min 20 s`, `0.4 s`. */
export function spanOf(seconds: number): string {
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`;
  const whole = Math.round(seconds);
  const units = [
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
    [1, "s"],
  ] as const;
  let left = whole;
  const parts: string[] = [];
  let begun = -1;
  units.forEach(([length, unit], index) => {
    const count = Math.floor(left / length);
    left -= count * length;
    if (begun < 0 && count > 0) begun = index;
    if (begun >= 0 && index <= begun + 1 && count > 0) parts.push(`${count} ${unit}`);
  });
  return parts.join(" ");
}

/** A count with its thousands set apart. */
export function countOf(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, " ");
}

/** What happened in one variant, in a sentence without a full stop. */
export function sentenceOf({ figures, setup }: PlayedVariant): string {
  const { restarts, crashLoopSeconds, allReadySeconds, firstReadySeconds, fewestReady, requests } = figures;
  const clauses = [restarts === 0 ? "no restart" : `${countOf(restarts)} restart${restarts === 1 ? "" : "s"}`];
  if (crashLoopSeconds > 0) clauses.push(`${spanOf(crashLoopSeconds)} in CrashLoopBackOff`);
  if (firstReadySeconds === null) clauses.push("never ready");
  else if (allReadySeconds === null) clauses.push("never all ready");
  else clauses.push(`all ready after ${spanOf(allReadySeconds)}`);
  if (fewestReady !== null)
    clauses.push(
      fewestReady === setup.replicas ? "and so they stay" : `then ${fewestReady} of ${setup.replicas} at the fewest`,
    );
  if (setup.replicas > 24) clauses.push(`at most ${figures.mostLoadsAtOnceLate} loads at once in the last quarter`);
  const bad = (["stale", "stalled", "unloaded", "lost", "refused"] as const).filter((fate) => requests[fate] > 0);
  for (const fate of bad)
    clauses.push(`${shareOf(requests[fate], totalOf(figures))} of requests ${FATE_CLAUSES[fate]}`);
  return clauses.join(", ");
}

const FATE_CLAUSES = {
  stale: "answered from stale data",
  stalled: "kept waiting",
  unloaded: "sent where nothing is loaded",
  lost: "lost",
  refused: "refused, for nobody is there",
} as const;

function totalOf({ requests }: Figures): number {
  return Object.values(requests).reduce((sum, count) => sum + count, 0);
}

function shareOf(part: number, whole: number): string {
  const percent = (100 * part) / whole;
  return percent < 0.1 ? "under 0.1 %" : `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** The figures of every variant, side by side: a name, and one cell for each; without those that are 0 everywhere. */
export function figureRows({ variants, replicas }: Played): readonly (readonly [name: string, ...cells: string[]])[] {
  const row = (name: string, cell: (figures: Figures) => string): readonly [string, ...string[]] => [
    name,
    ...variants.map(({ figures }) => cell(figures)),
  ];
  const span = (seconds: number | null): string => (seconds === null ? "never" : seconds === 0 ? "0" : spanOf(seconds));
  const rows = [
    row("restarts", ({ restarts }) => countOf(restarts)),
    row("time in CrashLoopBackOff, in all", ({ crashLoopSeconds }) => span(crashLoopSeconds)),
    row("first ready after", ({ firstReadySeconds }) => span(firstReadySeconds)),
    row("all ready after", ({ allReadySeconds }) => span(allReadySeconds)),
    row("fewest ready after that", ({ fewestReady }) =>
      fewestReady === null ? "none" : `${fewestReady} of ${replicas}`,
    ),
    row("time with no ready replica", ({ noneReadySeconds }) => span(noneReadySeconds)),
    row("time without any answer", ({ noAnswerSeconds }) => span(noAnswerSeconds)),
    row("requests answered fresh", ({ requests }) => countOf(requests.fresh)),
    row("requests answered stale", ({ requests }) => countOf(requests.stale)),
    row("requests kept waiting", ({ requests }) => countOf(requests.stalled)),
    row("requests to an unloaded replica", ({ requests }) => countOf(requests.unloaded)),
    row("requests lost", ({ requests }) => countOf(requests.lost)),
    row("requests refused", ({ requests }) => countOf(requests.refused)),
    row("loads", ({ loads }) => countOf(loads)),
    row("loads at once, at most", ({ mostLoadsAtOnce }) => countOf(mostLoadsAtOnce)),
    row("the same in the last quarter", ({ mostLoadsAtOnceLate }) => countOf(mostLoadsAtOnceLate)),
    row("probes asked", ({ probes }) => countOf(probes)),
  ];
  return rows.filter(([name, ...cells]) => name === "restarts" || cells.some((cell) => cell !== "0"));
}

/** A row in parts of equal length: what it was for the longest in each. */
export function columnsOf({ changes }: Row, untilSeconds: number, columns: number): readonly (Look | null)[] {
  const width = untilSeconds / columns;
  const times = Array.from({ length: columns }, () => new Map<Look | null, number>());
  changes.forEach(([from, look], index) => {
    const until = changes[index + 1]?.[0] ?? untilSeconds;
    for (let column = Math.floor(from / width); column < columns && column * width < until; column += 1) {
      const seconds = Math.min(until, (column + 1) * width) - Math.max(from, column * width);
      const spent = times[column];
      if (seconds > 0) spent?.set(look, (spent.get(look) ?? 0) + seconds);
    }
  });
  return times.map((spent) => {
    let longest: Look | null = null;
    let most = 0;
    for (const [look, seconds] of spent) if (seconds > most) [longest, most] = [look, seconds];
    return longest;
  });
}

/** The averages of a timeline in fewer parts. */
export function fewerOf(
  parts: readonly number[],
  columns: number,
  merge: (those: readonly number[]) => number,
): number[] {
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * parts.length) / columns);
    const until = Math.max(from + 1, Math.floor(((column + 1) * parts.length) / columns));
    return merge(parts.slice(from, until));
  });
}

/** What became of the requests in each part of the time: the worst that at least a tenth of them met. */
export function requestsOf({ requests }: Timeline, columns: number): readonly (Fate | null)[] {
  const sum = (those: readonly number[]): number => those.reduce((all, part) => all + part, 0);
  const parts = FATES.map((fate) => fewerOf(requests[fate], columns, sum));
  return Array.from({ length: columns }, (_, column) => {
    const counts = parts.map((part) => part[column] ?? 0);
    const all = sum(counts);
    return all === 0
      ? null
      : ([...FATES].reverse().find((fate) => (counts[FATES.indexOf(fate)] ?? 0) >= all / 10) ?? null);
  });
}
