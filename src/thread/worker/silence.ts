import type { Probe } from "../../answer/paths.ts";
import type { ProbeOutcome, Verdict } from "../../health/verdict.ts";
import { UNPLANNED_RETRY_SECONDS } from "../../state/retry-after.ts";
import { STATES } from "../../state/state.ts";

/** The shared memory of the two threads: the index of each 32-bit word. */
export const PLACES = { beats: 0, readiness: 1, liveness: 2, startup: 3 } as const;

/** The number of shared words. */
export const SHARED_WORDS = 4;

/** The verdicts. The index of a verdict is its number in the shared memory. */
const OUTCOMES: readonly ProbeOutcome[] = ["ok", "notLoaded", "stale", "draining", "wedged"];

/** Packs a verdict into one word, so that a reader never sees a half-written verdict. */
export function packVerdict({ outcome, worst, retryAfter }: Omit<Verdict, "ok">): number {
  return OUTCOMES.indexOf(outcome) | (STATES.indexOf(worst) << 4) | ((retryAfter ?? 0) << 8);
}

/** Unpacks a verdict. */
export function unpackVerdict(word: number): Verdict {
  const outcome = OUTCOMES[word & 15] ?? "notLoaded";
  const worst = STATES[(word >> 4) & 15] ?? "NOT_LOADED";
  return { ok: outcome === "ok", outcome, worst, retryAfter: word >> 8 || undefined };
}

/** The silence of the main thread, as the answering thread counts it. */
export interface Silence {
  /** The number of beats at the last tick. */
  readonly beats: number;
  /** The time since the last beat, in ms. It is a sum of ticks. */
  readonly ms: number;
}

/** The time of one tick counts up to this many tick lengths. If more has passed, the answering thread did not run. */
const MOST_TICKS = 4;

/**
 * Counts one tick. Time in which the answering thread did not run does not count, because then the whole process was
 * stopped or the machine was suspended.
 *
 * @param elapsedMs the time since the previous tick
 */
export function afterTick(silence: Silence, beats: number, elapsedMs: number, tickMs: number): Silence {
  if (beats !== silence.beats) return { beats, ms: 0 };
  return { beats, ms: silence.ms + Math.min(elapsedMs, MOST_TICKS * tickMs) };
}

/** The limits of the answering thread, in ms. */
export interface SilenceLimits {
  /** The length of one tick. */
  readonly tickMs: number;
  /** After this silence, liveness answers WEDGED. */
  readonly wedgedMs: number;
  /** After this silence, readiness no longer repeats its last verdict. */
  readonly verdictMs: number;
}

/** The last verdicts of the main thread. */
export type LastVerdicts = { readonly [P in Probe]: Verdict };

/**
 * Returns the answer of a probe while the main thread may be silent.
 *
 * - Liveness answers WEDGED after `wedgedMs`, but not before startup has answered 200. A first load may block for long.
 * - Readiness repeats the last verdict for `verdictMs`. Then a verdict of ok becomes stale.
 * - Startup repeats the last verdict.
 */
export function verdictIn(probe: Probe, last: LastVerdicts, silentMs: number, limits: SilenceLimits): Verdict {
  const verdict = last[probe];
  if (!verdict.ok) return verdict;
  if (probe === "liveness" && silentMs >= limits.wedgedMs && last.startup.ok)
    return { ok: false, outcome: "wedged", worst: "READY", retryAfter: UNPLANNED_RETRY_SECONDS };
  if (probe === "readiness" && silentMs >= limits.verdictMs)
    return { ok: false, outcome: "stale", worst: "STALE", retryAfter: UNPLANNED_RETRY_SECONDS };
  return verdict;
}
