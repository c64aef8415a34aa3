import { vouchedAtOf } from "./freshness.ts";
import type { Facts } from "./facts.ts";

const LEAST_RETRY_MS = 100;
const FIRST_RETRY_MS = 1_000;
const MOST_RETRY_MS = 30_000;
const MOST_ABANDONED_RETRY_MS = 3_600_000;

/** What the schedule of a resource is made of, in ms; `Infinity` for never. */
export interface Rhythm {
  readonly refreshEvery: number;
  readonly staleAfter: number;
  /** A share of `refreshEvery`, 0 to 1, to either side. */
  readonly jitter: number;
}

/**
 * How long to wait after the n-th failure in a row, in ms: uniform between 100 ms and the smallest of
 * 30 s, `refreshEvery` and 1 s doubled n - 1 times. Each run that timed out and still has not settled
 * doubles it again, up to an hour, for a loader that hangs holds what it was given.
 */
export function backoffOf(failures: number, abandoned: number, refreshEvery: number, random: number): number {
  const most = Math.min(MOST_RETRY_MS, refreshEvery, FIRST_RETRY_MS * 2 ** (failures - 1));
  const least = Math.min(LEAST_RETRY_MS, most);
  const delay = (least + (most - least) * random) * 2 ** abandoned;
  return Math.ceil(Math.min(delay, MOST_ABANDONED_RETRY_MS));
}

/**
 * When the next load is due after one that succeeded, from its start and end.
 * Jitter never carries it past the moment the value becomes stale; a load slower than its interval,
 * or a value that arrives old, never makes a hot loop.
 */
export function refreshAt(
  facts: Facts<unknown>,
  startedAt: number,
  endedAt: number,
  rhythm: Rhythm,
  random: number,
): number {
  const { refreshEvery, jitter } = rhythm;
  if (refreshEvery === Infinity) return Infinity;
  const planned = startedAt + refreshEvery * (1 + jitter * (2 * random - 1));
  const staleAt = facts.held ? vouchedAtOf(facts.held) + rhythm.staleAfter : Infinity;
  return Math.ceil(
    Math.max(
      staleAt > endedAt ? Math.min(planned, staleAt) : planned,
      startedAt + refreshEvery / 2,
      endedAt + refreshEvery / 10,
    ),
  );
}
