import type { Facts } from "./facts.ts";
import { vouchedAtOf } from "./freshness.ts";

const LEAST_RETRY_MS = 100;
const FIRST_RETRY_MS = 1_000;
/** The longest wait before a retry without a value. With a value, it is the smallest default of `retryMost`. */
const USUAL_RETRY_MOST_MS = 30_000;
/** The largest default of `retryMost`. */
const RETRY_MOST_MS = 300_000;
/** The largest wait while a load hangs, unless `retryMost` is larger. */
const ABANDONED_MOST_MS = 120_000;

/** The options of a schedule, in ms. `Infinity` means never. */
export interface RefreshSchedule {
  readonly refreshEvery: number;
  readonly staleAfter: number;
  /** The part of `refreshEvery`, 0 to 1, by which a refresh starts early or late. */
  readonly jitter: number;
  /** The longest wait before a retry, if the user set it. */
  readonly retryMost: number | undefined;
}

/**
 * The longest wait before a retry, in ms. The default without a value is 30 s. With a value, it is a tenth of
 * `refreshEvery`, at least 30 s and at most 5 min. It is never more than `refreshEvery`.
 */
export function retryMostOf({ refreshEvery, retryMost }: RefreshSchedule, isHeld: boolean): number {
  if (retryMost !== undefined) return retryMost;
  const slow = isHeld && refreshEvery !== Infinity ? Math.min(refreshEvery / 10, RETRY_MOST_MS) : 0;
  return Math.min(refreshEvery, Math.max(USUAL_RETRY_MOST_MS, slow));
}

/**
 * The random wait after the n-th failure in a row, in ms. It is uniform between 100 ms and the smaller of `most` and 1
 * s · 2^(n - 1).
 */
export function backoffOf(failures: number, most: number, random: number): number {
  const longest = Math.min(most, FIRST_RETRY_MS * 2 ** (failures - 1));
  const shortest = Math.min(LEAST_RETRY_MS, longest);
  return Math.ceil(shortest + (longest - shortest) * random);
}

/**
 * The wait while loads that were given up have not ended, in ms. Each of them doubles it, up to the larger of 2 min and
 * `most`. A loader that hangs keeps its memory, so it must not be called often.
 */
export function stretchedBackoffOf(backoffMs: number, abandoned: number, most: number): number {
  return Math.min(backoffMs * 2 ** abandoned, Math.max(ABANDONED_MOST_MS, most));
}

/**
 * When the next load starts after a successful one. Jitter never delays it past the time at which the value becomes
 * stale. There is always a pause, even if a load takes longer than the interval or its value arrives old.
 */
export function refreshAt(
  facts: Facts<unknown>,
  load: { readonly startedAt: number; readonly endedAt: number },
  schedule: RefreshSchedule,
  random: number,
): number {
  const { refreshEvery, jitter } = schedule;
  if (refreshEvery === Infinity) return Infinity;
  const planned = load.startedAt + refreshEvery * (1 + jitter * (2 * random - 1));
  const staleAt = facts.held ? vouchedAtOf(facts.held) + schedule.staleAfter : Infinity;
  return Math.ceil(
    Math.max(
      staleAt > load.endedAt ? Math.min(planned, staleAt) : planned,
      load.startedAt + refreshEvery / 2,
      load.endedAt + refreshEvery / 10,
    ),
  );
}

const LEAST_APART_MS = 100;
const MOST_APART_MS = 10_000;

/**
 * When `invalidate()` or a hint may start the next load: a tenth of `refreshEvery` after the last start, but at least
 * 100 ms and at most 10 s. In this way, many calls cause few loads.
 */
export function hurriedAt(lastStartedAt: number, { refreshEvery }: RefreshSchedule): number {
  return Math.ceil(lastStartedAt + Math.min(MOST_APART_MS, Math.max(LEAST_APART_MS, refreshEvery / 10)));
}
