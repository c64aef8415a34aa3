import { checkOptions } from "../option/check-options.ts";
import { toMs, type Duration } from "../option/duration.ts";
import { checkFunction, invalidOption } from "../option/invalid-option.ts";
import type { Clock } from "../time/clock.ts";

/** A clock that only moves when your test moves it. */
export interface VirtualClock extends Clock {
  /** The number of active timers. */
  readonly timers: number;
  /** The number of active timers that would keep a process alive. */
  readonly holding: number;
  /**
   * Moves wall time and monotonic time forward. Each due timer fires at its time. After each timer, and at the end, the
   * clock waits until promises have settled.
   *
   * @param by a duration such as `"30s"`, or milliseconds
   * @throws TypeError for anything else
   */
  advance(by: Duration): Promise<void>;
  /**
   * Moves only the wall clock, like a change of the system clock.
   *
   * @param by a duration, or milliseconds. A negative number sets the clock back.
   * @throws TypeError for anything else
   */
  jump(by: Duration): void;
  /**
   * Simulates a suspended machine: the wall clock moves, but monotonic time and timers do not.
   *
   * @param by a duration such as `"1h"`, or milliseconds
   * @throws TypeError for anything else
   */
  freeze(by: Duration): void;
  /** Waits until promises have settled, without moving the time. */
  settle(): Promise<void>;
}

/** The options of a virtual clock. */
export interface VirtualClockOptions {
  /** The wall time at the start, in epoch ms. @default 2026-01-01T00:00:00Z */
  readonly wall?: number;
  /** Returns random numbers. @default always 0.5, so that there is no jitter */
  readonly random?: () => number;
}

interface Timer {
  readonly at: number;
  readonly callback: () => void;
  readonly keepAlive: boolean;
}

/**
 * Creates a clock for `createHealth({ clock })`, so that tests need not wait.
 *
 * @throws TypeError for a wrong option
 * @example
 * const clock = createVirtualClock();
 * const health = createHealth({ clock });
 * health.start();
 * await clock.advance("30s");
 */
export function createVirtualClock(options: VirtualClockOptions = {}): VirtualClock {
  const given = checkOptions("createVirtualClock()", options, ["random"], ["wall"]);
  let { wall = Date.UTC(2026, 0, 1) } = given;
  // A Date cannot represent more.
  if (typeof wall !== "number" || !(Math.abs(wall) <= 8.64e15)) invalidOption("wall", wall, "epoch ms, as Date.now()");
  if (given.random !== undefined) checkFunction("random", given.random);
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
    random: given.random ?? (() => 0.5),
    setTimer(callback, delayMs, keepAlive) {
      checkFunction("callback", callback);
      if (typeof delayMs !== "number" || Number.isNaN(delayMs)) invalidOption("delayMs", delayMs, "milliseconds");
      const timer = { at: monotonic + delayMs, callback, keepAlive };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    get timers() {
      return timers.size;
    },
    get holding() {
      return [...timers].filter((timer) => timer.keepAlive).length;
    },
    async advance(by) {
      const until = monotonic + passedMs("by", by);
      await flushMicrotasks();
      for (let timer = next(until); timer; timer = next(until)) {
        const passed = Math.max(0, timer.at - monotonic);
        monotonic += passed;
        wall += passed;
        timers.delete(timer);
        timer.callback();
        await flushMicrotasks();
      }
      wall += until - monotonic;
      monotonic = until;
      await flushMicrotasks();
    },
    jump(by) {
      wall += typeof by === "number" && by < 0 ? -passedMs("by", -by) : passedMs("by", by);
    },
    freeze(by) {
      wall += passedMs("by", by);
    },
    settle: flushMicrotasks,
  };
  return clock;
}

/** Returns milliseconds. A number keeps its fraction, although `toMs()` would round it up. */
function passedMs(option: string, given: Duration): number {
  const ms = toMs(option, given, 0);
  return typeof given === "number" ? given : ms;
}

/** Waits for a macrotask. Before it runs, all queued microtasks run, and also those that they queue. */
function flushMicrotasks(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof soon === "function") soon(resolve);
    else setTimeout(resolve, 0);
  });
}

/** Starts a macrotask in about a microsecond. Not every runtime has this function. */
const soon: unknown = Reflect.get(globalThis, "setImmediate");
