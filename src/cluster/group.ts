import type { Verdict } from "../health/verdict.ts";
import type { ProbeOutcome } from "../health/verdict.ts";
import { UNPLANNED_RETRY_SECONDS } from "../state/retry-after.ts";

/** How many processes must be ready before the group is ready. */
export type GroupAnswer = "all" | "any" | number;

/** A process that sends nothing for this many beats counts as silent. A new process waits that long for the others. */
export const SILENT_BEATS = 3;

/** The verdicts, from the best to the worst. */
const ORDER: readonly ProbeOutcome[] = ["ok", "stale", "draining", "wedged", "notLoaded"];

/** The state of another process. */
export interface Member {
  readonly readiness: Verdict;
  readonly startup: Verdict;
  /** The number of beats of this process since the last message of the other one. */
  readonly missed: number;
  /** Whether the connection was renewed, and no message has come from the process since then. */
  readonly isDoubtful: boolean;
}

/** The verdict on a group with too few processes, and on a process that has not sent anything yet. */
export const NOTHING_LOADED: Verdict = {
  ok: false,
  outcome: "notLoaded",
  worst: "NOT_LOADED",
  retryAfter: UNPLANNED_RETRY_SECONDS,
};

/** The verdict on a group, from the verdicts on its processes. */
export function groupVerdict(answer: GroupAnswer, verdicts: readonly Verdict[]): Verdict {
  const best = [...verdicts].sort((one, other) => ORDER.indexOf(one.outcome) - ORDER.indexOf(other.outcome));
  const place = answer === "any" ? 0 : answer === "all" ? best.length - 1 : answer - 1;
  return best[place] ?? NOTHING_LOADED;
}

/** The readiness of a process for the group. A silent process counts as not ready, unless `answer` is `"any"`. */
export function countedReadiness({ readiness, missed }: Member, answer: GroupAnswer): Verdict {
  if (answer === "any" || missed < SILENT_BEATS || !readiness.ok) return readiness;
  return { ok: false, outcome: "stale", worst: "STALE", retryAfter: UNPLANNED_RETRY_SECONDS };
}

/** Counts one beat of this process. Returns `undefined` for a process that is gone. */
export function afterBeat(member: Member): Member | undefined {
  const missed = member.missed + 1;
  return member.isDoubtful && missed >= SILENT_BEATS ? undefined : { ...member, missed };
}
