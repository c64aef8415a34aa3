import {
  REQUEST_OUTCOMES,
  type RequestOutcome,
  type ReplicaStatus,
  type Row,
  type Timeline,
} from "../model/recorder.ts";
import type { Played, PlayedVariant } from "../scenario/scenario.ts";
import type { Figures, Phase } from "../run/figures.ts";
import { spanOf } from "../model/span.ts";

/** The name of each status in a legend. */
export const LEGEND: { readonly [L in ReplicaStatus]: string } = {
  fresh: "in rotation, fresh",
  stale: "in rotation, stale",
  out: "holds data, out of rotation",
  stalled: "event loop stalled",
  loading: "loading",
  backoff: "CrashLoopBackOff",
};

/** The name of each outcome of requests in a legend. */
export const REQUEST_LEGEND: { readonly [F in RequestOutcome]: string } = {
  fresh: "fresh",
  stale: "stale",
  stalled: "kept waiting",
  unloaded: "to an unloaded replica",
  lost: "lost",
  refused: "refused",
};

/** Formats a number with separated thousands. */
export function countOf(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, " ");
}

/** Describes the result of a variant in a sentence without a full stop. */
export function sentenceOf({ figures, setup }: PlayedVariant): string {
  const { restarts, crashLoopSeconds, allReadySeconds, firstReadySeconds, fewestReady, requests } = figures;
  const clauses = [restarts === 0 ? "no restart" : `${countOf(restarts)} restart${restarts === 1 ? "" : "s"}`];
  if (crashLoopSeconds > 0) clauses.push(`${spanOf(crashLoopSeconds)} in CrashLoopBackOff`);
  if (firstReadySeconds === null) clauses.push("never ready");
  else if (allReadySeconds === null) clauses.push("never all ready");
  else clauses.push(`all ready after ${spanOf(allReadySeconds)}`);
  if (fewestReady !== null)
    clauses.push(
      fewestReady === setup.replicas
        ? "and all of them stay ready"
        : `later down to ${fewestReady} of ${setup.replicas} ready`,
    );
  if (setup.replicas > 24) clauses.push(`at most ${figures.mostLoadsAtOnceLate} loads at once in the last quarter`);
  const { mostHeldIn, mostLeft, badReached } = figures;
  if (mostHeldIn > 0)
    clauses.push(`at most ${mostHeldIn} held in by the fleet and ${mostLeft} out with its permission`);
  if (badReached > 0) clauses.push(`the bad revision reached ${badReached} of ${setup.replicas}`);
  const bad = (["stale", "stalled", "unloaded", "lost", "refused"] as const).filter((outcome) => requests[outcome] > 0);
  for (const outcome of bad)
    clauses.push(`${shareOf(requests[outcome], totalOf(figures))} of requests ${OUTCOME_CLAUSES[outcome]}`);
  return clauses.join(", ");
}

const OUTCOME_CLAUSES = {
  stale: "answered from stale data",
  stalled: "kept waiting",
  unloaded: "sent to a replica without data",
  lost: "lost",
  refused: "refused, because no replica is in rotation",
} as const;

function totalOf({ requests }: Figures): number {
  return Object.values(requests).reduce((sum, count) => sum + count, 0);
}

function shareOf(part: number, whole: number): string {
  const percent = (100 * part) / whole;
  return percent < 0.1 ? "under 0.1 %" : `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** Returns the table of figures: a name and a cell for each variant. Rows of zeros are left out. */
export function figureRows({ variants, replicas }: Played): readonly (readonly [name: string, ...cells: string[]])[] {
  const row = (name: string, cell: (figures: Figures) => string): readonly [string, ...string[]] => [
    name,
    ...variants.map(({ figures }) => cell(figures)),
  ];
  const span = (seconds: number | null): string =>
    seconds === null ? "never" : seconds < 0.05 ? "0" : spanOf(seconds);
  // The figures come separately: before, during and after the trouble.
  const apart = (name: string, of: (time: Pick<Phase, "noneReadySeconds" | "noAnswerSeconds">) => number) =>
    variants.some(({ figures }) => figures.phases.length > 1)
      ? (["before", "during", "after"] as const).map((part) =>
          row(`${name}, ${part}`, ({ phases }) => {
            const phase = phases.find((each) => each.name === part);
            return phase ? span(of(phase)) : "0";
          }),
        )
      : [row(name, (figures) => span(of(figures)))];
  const rows = [
    row("restarts", ({ restarts }) => countOf(restarts)),
    row("time in CrashLoopBackOff, in all", ({ crashLoopSeconds }) => span(crashLoopSeconds)),
    row("first ready after", ({ firstReadySeconds }) => span(firstReadySeconds)),
    row("all ready after", ({ allReadySeconds }) => span(allReadySeconds)),
    row("fewest ready after that", ({ fewestReady }) =>
      fewestReady === null ? "none" : `${fewestReady} of ${replicas}`,
    ),
    ...apart("time with no ready replica", ({ noneReadySeconds }) => noneReadySeconds),
    ...apart("time without any answer", ({ noAnswerSeconds }) => noAnswerSeconds),
    row("requests answered fresh", ({ requests }) => countOf(requests.fresh)),
    row("requests answered stale", ({ requests }) => countOf(requests.stale)),
    row("requests kept waiting", ({ requests }) => countOf(requests.stalled)),
    row("requests to an unloaded replica", ({ requests }) => countOf(requests.unloaded)),
    row("requests lost", ({ requests }) => countOf(requests.lost)),
    row("requests refused", ({ requests }) => countOf(requests.refused)),
    row("loads", ({ loads }) => countOf(loads)),
    row("loads at once, at most", ({ mostLoadsAtOnce }) => countOf(mostLoadsAtOnce)),
    row("loads at once, in the last quarter of the run", ({ mostLoadsAtOnceLate }) => countOf(mostLoadsAtOnceLate)),
    row("held in by the fleet, at most", ({ mostHeldIn }) => countOf(mostHeldIn)),
    row("out by leave, at most", ({ mostLeft }) => countOf(mostLeft)),
    row("replicas that the bad revision reached", ({ badReached }) => countOf(badReached)),
    row("probes sent", ({ probes }) => countOf(probes)),
  ];
  return rows.filter(([name, ...cells]) => name === "restarts" || cells.some((cell) => cell !== "0"));
}

/** Splits a row into equal parts. Each part has the status that lasted longest. */
export function columnsOf({ changes }: Row, untilSeconds: number, columns: number): readonly (ReplicaStatus | null)[] {
  const width = untilSeconds / columns;
  const times = Array.from({ length: columns }, () => new Map<ReplicaStatus | null, number>());
  changes.forEach(([from, status], index) => {
    const until = changes[index + 1]?.[0] ?? untilSeconds;
    for (let column = Math.floor(from / width); column < columns && column * width < until; column += 1) {
      const seconds = Math.min(until, (column + 1) * width) - Math.max(from, column * width);
      const spent = times[column];
      if (seconds > 0) spent?.set(status, (spent.get(status) ?? 0) + seconds);
    }
  });
  return times.map((spent) => {
    let longest: ReplicaStatus | null = null;
    let most = 0;
    for (const [status, seconds] of spent) if (seconds > most) [longest, most] = [status, seconds];
    return longest;
  });
}

/** Reduces a timeline to fewer parts by averages. */
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

/** Returns the worst outcome of at least a tenth of the requests, for each part of the time. */
export function requestsOf({ requests }: Timeline, columns: number): readonly (RequestOutcome | null)[] {
  const sum = (those: readonly number[]): number => those.reduce((all, part) => all + part, 0);
  const parts = REQUEST_OUTCOMES.map((outcome) => fewerOf(requests[outcome], columns, sum));
  return Array.from({ length: columns }, (_, column) => {
    const counts = parts.map((part) => part[column] ?? 0);
    const all = sum(counts);
    return all === 0
      ? null
      : ([...REQUEST_OUTCOMES]
          .reverse()
          .find((outcome) => (counts[REQUEST_OUTCOMES.indexOf(outcome)] ?? 0) >= all / 10) ?? null);
  });
}
