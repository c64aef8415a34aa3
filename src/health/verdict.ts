import type { Phase } from "../resource/host.ts";
import { UNPLANNED_RETRY_SECONDS } from "../state/retry-after.ts";
import type { State } from "../state/state.ts";
import { RANKS, type Rank } from "./rank.ts";

/** The outcome of a probe. Only `ok` has the status 200. Each outcome has a word. */
export type ProbeOutcome = "ok" | "notLoaded" | "stale" | "draining" | "wedged";

/** The answer to a probe, without words and headers. */
export interface Verdict {
  /** Whether the status is 200. */
  readonly ok: boolean;
  readonly outcome: ProbeOutcome;
  /** The worst state of the required resources. READY if there are none. */
  readonly worst: State;
  /** Whole seconds for `retry-after`. `undefined` if the status is 200. */
  readonly retryAfter: number | undefined;
}

/** Liveness without an overdue heartbeat. */
export const ALIVE: Verdict = { ok: true, outcome: "ok", worst: "READY", retryAfter: undefined };
/** Liveness while a heartbeat is overdue. */
export const WEDGED: Verdict = { ok: false, outcome: "wedged", worst: "READY", retryAfter: UNPLANNED_RETRY_SECONDS };

/** The outcome of readiness, from the worst rank and the phase. "Not loaded" is stronger than "draining". */
export function readinessOf(worst: Rank, phase: Phase): ProbeOutcome {
  const { outcome } = RANKS[worst];
  return outcome !== "notLoaded" && phase === "draining" ? "draining" : outcome;
}
