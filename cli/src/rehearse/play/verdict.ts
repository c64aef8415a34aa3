import type { Figures, Setup } from "../../simulate/index.ts";

/**
 * The outcome of a trouble. `late` means that the service was not ready when the trouble began. `warning` is a bad
 * outcome of a load that takes longer than the user said.
 */
export type Rating = "good" | "warning" | "bad" | "late";

/** The verdict on one trouble: a word, a number and a sentence. */
export interface Verdict {
  readonly rating: Rating;
  /** How bad the outcome is. 0 is good. It is only compared with another outcome of the same trouble. */
  readonly badness: number;
}

/** Requests that fail in any case, because no replica is ready yet. */
function failedOf(figures: Figures, isStart: boolean): number {
  const { phases, avoidable } = figures;
  if (isStart) return avoidable;
  return phases
    .filter(({ name }) => name !== "before")
    .reduce((sum, phase) => sum + phase.requests.unloaded + phase.requests.lost + phase.requests.refused, 0);
}

/** A number of requests that can be a rounding error. */
const FEW = 0.5;

/** Judges the outcome of one trouble. */
export function verdictOf(figures: Figures, setup: Setup, isStart: boolean): Verdict {
  const failed = failedOf(figures, isStart);
  const before = figures.phases[0];
  if (!isStart && before?.name === "before" && isLate(figures, before.untilSeconds))
    return { rating: "late", badness: 1e12 };
  const restarts = isStart ? figures.restarts : restartsSince(figures);
  const isReady = figures.allReadySeconds !== null;
  const badness = (isReady ? 0 : 1e9) + restarts * 1e4 + (failed > FEW ? failed : 0) + late(figures, setup);
  return { rating: badness > 0 ? "bad" : "good", badness };
}

function isLate({ allReadySeconds }: Figures, atSeconds: number): boolean {
  return allReadySeconds === null || allReadySeconds > atSeconds;
}

function restartsSince({ phases }: Figures): number {
  return phases.filter(({ name }) => name !== "before").reduce((sum, { restarts }) => sum + restarts, 0);
}

/** At the end of a deploy or a drain, all replicas must be ready again. */
function late(figures: Figures, { deploy, nodeDrain, replicas }: Setup): number {
  if (!deploy && !nodeDrain) return 0;
  const after = figures.phases.find(({ name }) => name === "after");
  return after && after.fewestReady < replicas ? 1e6 : 0;
}
