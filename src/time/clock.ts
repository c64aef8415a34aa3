/**
 * The source of time, timers and random numbers. Replace it in tests (`health-state/testing` has a virtual clock), or
 * if the platform has no usable clock.
 */
export interface Clock {
  /** Wall time in epoch ms. It may jump forward and back. */
  wall(): number;
  /** Elapsed ms from any origin. It never goes back. */
  monotonic(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /**
   * Calls `callback` once after `delayMs` (0 to 2^31 - 1). With `keepAlive`, the timer keeps the process alive. Returns
   * a function that cancels the timer.
   */
  setTimer(callback: () => void, delayMs: number, keepAlive: boolean): () => void;
}

/** The longest delay of a timer, in ms. Platforms fire a longer timer at once. */
export const MOST_TIMER_MS: number = 2 ** 31 - 1;

/** The clock of the platform. */
export const systemClock: Clock = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
  random: () => Math.random(),
  setTimer(callback, delayMs, keepAlive) {
    const given: unknown = setTimeout(callback, Math.min(delayMs, MOST_TIMER_MS));
    // SAFETY: the handle comes from the runtime. In edge runtimes and browsers it is a number without `unref`.
    const handle = given as number & { unref?(): unknown };
    if (!keepAlive) handle.unref?.();
    return () => clearTimeout(handle);
  },
};

/** If the wall clock is ahead by less than this, in ms, it is ignored as a normal correction. */
const JUMP_MS = 1_000;

/**
 * The clock for all recorded times, in whole ms from the epoch. It advances with monotonic time. It jumps ahead when
 * wall time is ahead by more than a second, for example after the suspension of a machine. It never goes back. So
 * elapsed time is never less than on the monotonic clock, and at most a second less than on the wall clock
 * (docs/reference/rules.md, 3).
 *
 * @param onJump called when a reading shows a jump
 */
export function createNow(clock: Clock, onJump: () => void): () => number {
  let shift: number | undefined;
  let lead = 0;
  let last = -Infinity;
  return () => {
    const wall = clock.wall();
    const monotonic = clock.monotonic();
    shift ??= wall - monotonic;
    // How far wall time is ahead. The smallest lead is stored, so that only an increase counts.
    const ahead = wall - monotonic - shift;
    if (ahead < lead) lead = ahead;
    else if (ahead - lead > JUMP_MS) {
      shift += ahead - lead;
      onJump();
    }
    last = Math.max(last, Math.floor(monotonic + shift));
    return last;
  };
}

/** If the wall clock is behind by this much, in ms, somebody has set it back. */
const SET_BACK_MS = 1_000;

/** Converts a time of this clock to epoch ms of the wall clock. For a past time, the result is never in the future. */
export function toWallTime(at: number, now: number, clock: Clock): number {
  const wall = Math.floor(clock.wall());
  if (now - wall >= SET_BACK_MS) return at + wall - now;
  return at > now ? at : Math.min(at, wall);
}
