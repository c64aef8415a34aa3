import { toMs, toMsOrNever } from "health-state";
import type { ResolvedSetup, Setup } from "../model/setup.ts";
import { REFUSAL_MS } from "../world/source.ts";

/** One load in the schedule. Times are in ms. */
export interface EndedLoad {
  readonly startedAt: number;
  readonly endedAt: number;
  /** The number of failed loads in a row, including this one. 0 after a success. */
  readonly failures: number;
}

/** The limits of the schedule, in ms. */
interface Limits {
  readonly refreshEvery: number;
  readonly staleAfter: number;
  readonly refuseAfter: number;
  readonly timeout: number;
  readonly jitter: number;
  readonly retryMost: number;
}

/** What is known of a process whose data stays fresh until its end, in ms. */
export interface Life {
  /** The duration of a load without its random share. */
  readonly usualLoadMs: number;
  /** The longest time from the start of the process to the start of its second load, and to the end after SIGTERM. */
  readonly startMs: number;
  /** The longest time by which blocked times and the end after SIGTERM delay everything. */
  readonly delayMs: number;
}

/**
 * Returns the life of a process. It is `undefined` if a value may become stale, or if a load may time out, because the
 * event loop is blocked. It is also `undefined` if two blocked times can affect the same value.
 */
function lifeOf({ setup, graceMs }: ResolvedSetup, limits: Limits): Life | undefined {
  const { load, stall } = setup;
  const { refreshEvery, staleAfter, timeout, jitter } = limits;
  const { firstSeconds, refreshSeconds = firstSeconds } = load;
  const stallMs = 1_000 * (stall?.seconds ?? 0);
  // A blocked event loop delays the end of a load, and the start of the next one.
  const loadMs = stallMs + Math.max(longestOf(load, firstSeconds), longestOf(load, refreshSeconds));
  const gapMs = Math.ceil(stallMs + Math.max(refreshEvery * (1 + jitter), loadMs + refreshEvery / 10));
  const oldestMs = gapMs + loadMs + graceMs;
  if (oldestMs >= staleAfter || loadMs >= timeout) return undefined;
  if (stall && 500 * stall.everySeconds <= oldestMs) return undefined;
  return {
    usualLoadMs: Math.round(1_000 * refreshSeconds),
    startMs: 2 * gapMs + graceMs,
    delayMs: stall ? 2 * stallMs + graceMs : 0,
  };
}

/** The longest load, in ms. */
function longestOf({ spread = 0.1 }: Setup["load"], seconds: number): number {
  return 1 + 1_000 * seconds * (1 + spread);
}

/**
 * Calculates when the library starts its next load, by the rules of `docs/reference/rules.md`. It is only used if the
 * library has just planned the same time (see `steady.ts`).
 */
export class Rhythm {
  readonly #limits: Limits;
  /** The longest successful load, in ms. */
  readonly #longestMs: number;
  /** The life of a process, if it can be calculated from its start to its end. */
  readonly life: Life | undefined;

  private constructor(limits: Limits, longestMs: number, life?: Life) {
    this.#limits = limits;
    this.#longestMs = longestMs;
    this.life = life;
  }

  /**
   * Returns the rhythm of a setup. It is `undefined` if a load may time out, if a value may become stale between two
   * loads, or if the setup has a fleet or revisions.
   */
  static of(resolved: ResolvedSetup): Rhythm | undefined {
    const { limits, load, fleet, revisions } = resolved.setup;
    const { refreshEvery, staleAfter, refuseAfter, timeout = "5m", retryMost, jitter = 0.1 } = limits;
    if (refreshEvery === undefined || refreshEvery === "never" || fleet || revisions) return undefined;
    const every = toMs("refreshEvery", refreshEvery, 1);
    const stale = staleAfter === undefined ? 2 * every + 5_000 : toMsOrNever("staleAfter", staleAfter, 1);
    const longestMs = longestOf(load, load.refreshSeconds ?? load.firstSeconds);
    const ms: Limits = {
      refreshEvery: every,
      staleAfter: stale,
      refuseAfter: refuseAfter === undefined ? stale : toMsOrNever("refuseAfter", refuseAfter, 1),
      timeout: toMsOrNever("timeout", timeout, 1),
      jitter,
      retryMost:
        retryMost === undefined
          ? Math.min(every, Math.max(30_000, Math.min(every / 10, 300_000)))
          : toMs("retryMost", retryMost, 1),
    };
    const rhythm = new Rhythm(ms, longestMs, lifeOf(resolved, ms));
    return longestMs < ms.timeout && rhythm.longestGapMs + longestMs < stale ? rhythm : undefined;
  }

  /** How long before a possible change the last real load must start, in ms. */
  reachMs(fails: boolean): number {
    return fails ? this.longestRetryMs : this.longestGapMs;
  }

  /** The longest time from the start of a successful load to the start of the next, in ms. */
  get longestGapMs(): number {
    const { refreshEvery, jitter } = this.#limits;
    return Math.ceil(Math.max(refreshEvery * (1 + jitter), this.#longestMs + refreshEvery / 10));
  }

  /** The time from the start of a successful load that took no time to the start of the next, without jitter, in ms. */
  get usualGapMs(): number {
    return this.refreshAt(0, 0, 0.5);
  }

  /** The longest wait after a failed load, in ms. */
  get retryMostMs(): number {
    return this.#limits.retryMost;
  }

  /** The longest time from the start of a failed load to the start of the next, in ms. */
  get longestRetryMs(): number {
    return REFUSAL_MS + this.#limits.retryMost + 1;
  }

  /** Whether a successful load took no longer than the longest normal load. */
  isUsual({ startedAt, endedAt }: EndedLoad): boolean {
    return endedAt - startedAt <= this.#longestMs;
  }

  /** Whether the waits after failures have reached their maximum. */
  isSlowest(failures: number): boolean {
    return 1_000 * 2 ** (failures - 1) >= this.#limits.retryMost;
  }

  /**
   * Whether time alone does not change the answers about a value of this age for a given time. The value is stale. It
   * is either already refused, or loads succeed again before it is refused.
   */
  isOver(ageMs: number, forMs: number): boolean {
    const { staleAfter, refuseAfter } = this.#limits;
    if (ageMs <= staleAfter) return false;
    return ageMs > refuseAfter || ageMs + forMs + this.longestRetryMs + this.#longestMs < refuseAfter;
  }

  /** Returns the start of the next load. */
  nextAt({ startedAt, endedAt, failures }: EndedLoad, random: number): number {
    return failures > 0
      ? endedAt + this.retryAfter(Math.min(this.#limits.retryMost, 1_000 * 2 ** (failures - 1)), random)
      : this.refreshAt(startedAt, endedAt, random);
  }

  /** Returns the wait after a failed load, from the longest possible wait. */
  retryAfter(longest: number, random: number): number {
    const shortest = Math.min(100, longest);
    return Math.ceil(shortest + (longest - shortest) * random);
  }

  /** Returns the start of the load after a successful one. */
  refreshAt(startedAt: number, endedAt: number, random: number): number {
    const { refreshEvery, staleAfter, jitter } = this.#limits;
    const planned = startedAt + refreshEvery * (1 + jitter * (2 * random - 1));
    return Math.ceil(
      Math.max(Math.min(planned, startedAt + staleAfter), startedAt + refreshEvery / 2, endedAt + refreshEvery / 10),
    );
  }
}
