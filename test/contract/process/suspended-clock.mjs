// The clock of a machine that is suspended and resumed: wall time has passed, monotonic time has not.

/** How often it looks, in ms. */
const LOOK_MS = 5;
/** Not to have looked for this long is to have stood still, in ms. */
const STOOD_STILL_MS = 200;

/**
 * A stopped process is no suspended machine: its monotonic time runs on, and every timer is due when it
 * goes on. Here what was missed between two looks never happened, to the timers neither.
 */
export function createSuspendedClock() {
  let seen = performance.now();
  let missed = 0;
  const timers = new Set();

  const monotonic = () => {
    const now = performance.now();
    if (now - seen > STOOD_STILL_MS) missed += now - seen;
    seen = now;
    return now - missed;
  };

  const look = () => {
    const now = monotonic();
    for (const timer of timers)
      if (timer.at <= now) {
        timers.delete(timer);
        timer.callback();
      }
  };
  setInterval(look, LOOK_MS).unref?.();

  return {
    wall: () => Date.now(),
    monotonic,
    random: () => Math.random(),
    setTimer(callback, delay) {
      const timer = { at: monotonic() + delay, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  };
}
