/**
 * Where time, timers and chance come from. Replace it in tests (`health-state/testing` has a virtual
 * one) or where the platform's own cannot be used.
 */
export interface Clock {
  /** Wall time in epoch ms; may jump either way. */
  wall(): number;
  /** Elapsed ms from any origin; never goes back. */
  monotonic(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /**
   * Calls back once, after `delayMs` (0 to 2^31 - 1). `hold` says whether the timer keeps the process
   * alive. Returns what cancels it.
   */
  setTimer(callback: () => void, delayMs: number, hold: boolean): () => void;
}

/** Platforms' timers take at most this many ms, and fire at once beyond. */
export const MOST_TIMER_MS: number = 2 ** 31 - 1;

/** The platform's own clock. Holds nothing and reads nothing until asked. */
export const systemClock: Clock = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
  random: () => Math.random(),
  setTimer(callback, delayMs, hold) {
    const given: unknown = setTimeout(callback, Math.min(delayMs, MOST_TIMER_MS));
    // SAFETY: whatever the runtime's handle is; edge runtimes and browsers have numbers, and nothing to unref.
    const handle = given as number & { unref?(): unknown };
    if (!hold) handle.unref?.();
    return () => clearTimeout(handle);
  },
};

/** A wall clock that gains less than this on us, in ms, is taken for rounding or slewing. */
const JUMP_MS = 1_000;

/**
 * The one clock that instants are recorded in, in whole ms from the epoch: it advances with monotonic
 * time, jumps ahead when wall time has gained more than a second on it (a suspended machine), and
 * never goes back. So elapsed time is never less than either clock says (docs/rules.md, 3).
 */
export function createNow(clock: Clock): () => number {
  let shift: number | undefined;
  let lead = 0;
  let last = -Infinity;
  return () => {
    const wall = clock.wall();
    const monotonic = clock.monotonic();
    shift ??= wall - monotonic;
    // What wall time has on us now; its lowest is kept, so that only a gain since then counts.
    const ahead = wall - monotonic - shift;
    if (ahead < lead) lead = ahead;
    else if (ahead - lead > JUMP_MS) shift += ahead - lead;
    return (last = Math.max(last, Math.floor(monotonic + shift)));
  };
}
