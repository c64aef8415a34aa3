import type { Clock } from "../resource/clock.ts";

/** A clock that stands still until it is told to move. */
export interface VirtualClock extends Clock {
  /** Timers that are set and have not fired. */
  readonly timers: number;
  /** Those of them that would keep a process alive. */
  readonly holding: number;
  /**
   * Moves both clocks on by `ms`, fires every timer on the way at its own instant, and lets promises
   * settle after each.
   */
  advance(ms: number): Promise<void>;
  /** Moves wall time by `ms`, either way, and nothing else: somebody set the clock. */
  jump(ms: number): void;
  /**
   * The machine stands still for `ms`: wall time passes, monotonic time and timers do not.
   */
  freeze(ms: number): void;
  /** Lets promises settle without moving time. */
  settle(): Promise<void>;
}

/** Where a virtual clock starts. */
export interface VirtualClockOptions {
  /** Wall time in epoch ms. @default 2026-01-01T00:00:00Z */
  readonly wall?: number;
  /** What `random()` gives. @default always 0.5, so that jitter is none */
  readonly random?: () => number;
}

interface Timer {
  readonly at: number;
  readonly callback: () => void;
  readonly hold: boolean;
}

/** Makes a clock for `createHealth({ clock })`, so that tests wait for nothing. */
export function createVirtualClock(options: VirtualClockOptions = {}): VirtualClock {
  let wall = options.wall ?? Date.UTC(2026, 0, 1);
  let monotonic = 0;
  const timers = new Set<Timer>();

  const next = (until: number): Timer | undefined => {
    let first: Timer | undefined;
    for (const timer of timers) if (timer.at <= until && (!first || timer.at < first.at)) first = timer;
    return first;
  };

  const clock: VirtualClock = {
    wall: () => wall,
    monotonic: () => monotonic,
    random: options.random ?? (() => 0.5),
    setTimer(callback, delayMs, hold) {
      const timer = { at: monotonic + delayMs, callback, hold };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    get timers() {
      return timers.size;
    },
    get holding() {
      return [...timers].filter((timer) => timer.hold).length;
    },
    async advance(ms) {
      const until = monotonic + ms;
      await settled();
      for (let timer; (timer = next(until));) {
        const passed = Math.max(0, timer.at - monotonic);
        monotonic += passed;
        wall += passed;
        timers.delete(timer);
        timer.callback();
        await settled();
      }
      wall += until - monotonic;
      monotonic = until;
      await settled();
    },
    jump(ms) {
      wall += ms;
    },
    freeze(ms) {
      wall += ms;
    },
    settle: settled,
  };
  return clock;
}

/** Every microtask that is queued, and those that they queue, runs before a macrotask does. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof soon === "function") soon(resolve);
    else setTimeout(resolve, 0);
  });
}

/** Where the runtime has it, a macrotask that costs a microsecond. */
const soon: unknown = Reflect.get(globalThis, "setImmediate");
