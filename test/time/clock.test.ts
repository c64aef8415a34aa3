import { afterEach, describe, expect, test, vi } from "vitest";
import { MOST_TIMER_MS, createNow, systemClock, toWallTime, type Clock } from "../../src/time/clock.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

interface Hands {
  wall: number;
  monotonic: number;
}

const clockOf = (hands: Hands): Clock => ({
  wall: () => hands.wall,
  monotonic: () => hands.monotonic,
  random: () => 0,
  setTimer: () => () => {},
});

describe("the one clock", () => {
  test("a gain of exactly a second is slewing, and one ms more is a jump that is told", () => {
    const hands = { wall: 1_000_000, monotonic: 50 };
    const jumps = vi.fn();
    const now = createNow(clockOf(hands), jumps);
    expect(now()).toBe(1_000_000);
    hands.wall += 1_000;
    expect([now(), jumps.mock.calls.length]).toEqual([1_000_000, 0]);
    hands.wall += 1;
    expect([now(), jumps.mock.calls.length]).toEqual([1_001_001, 1]);
    expect([now(), jumps.mock.calls.length]).toEqual([1_001_001, 1]);
  });

  test("it never goes back, and counts in whole ms", () => {
    const hands = { wall: 1_000_000, monotonic: 50 };
    const now = createNow(clockOf(hands), () => {});
    now();
    hands.monotonic += 10.9;
    expect(now()).toBe(1_000_010);
    hands.wall -= 500_000;
    expect(now()).toBe(1_000_010);
    hands.monotonic += 1;
    expect(now()).toBe(1_000_011);
    // The gain is counted from the lowest that was seen.
    hands.wall += 1_001;
    expect(now()).toBe(1_001_012);
  });
});

describe("an instant of the one clock in wall time", () => {
  const clock = (wall: number): Clock => clockOf({ wall, monotonic: 0 });

  test.each([
    ["a clock that agrees leaves it", 4_000, 5_000, 5_000, 4_000],
    ["a clock that was set back by a second moves it", 4_000, 5_000, 4_000, 3_000],
    ["a clock that is behind by less leaves it", 4_000, 5_000, 4_001, 4_000],
    ["what is past never lies in the future", 4_900, 5_000, 4_500, 4_500],
    ["now is past", 5_000, 5_000, 4_500, 4_500],
    ["what is to come may lie in the future", 5_001, 5_000, 4_500, 5_001],
    ["a fraction of the wall clock does not count", 4_900, 5_000, 4_500.9, 4_500],
    ["a clock that is ahead leaves it", 4_000, 5_000, 9_000, 4_000],
  ])("%s", (_name, at, now, wall, expected) => {
    expect(toWallTime(at, now, clock(wall))).toBe(expected);
  });
});

describe("the platform's clock", () => {
  test("it reads the platform's wall time, monotonic time and chance", () => {
    vi.spyOn(Date, "now").mockReturnValue(123);
    vi.spyOn(performance, "now").mockReturnValue(45);
    vi.spyOn(Math, "random").mockReturnValue(0.25);
    expect([systemClock.wall(), systemClock.monotonic(), systemClock.random()]).toEqual([123, 45, 0.25]);
  });

  test("a timer calls back once after its delay, unless it is cancelled", () => {
    vi.useFakeTimers();
    const [kept, cancelled] = [vi.fn(), vi.fn()];
    systemClock.setTimer(kept, 100, true);
    systemClock.setTimer(cancelled, 100, true)();
    vi.advanceTimersByTime(99);
    expect(kept).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1_000);
    expect([kept.mock.calls.length, cancelled.mock.calls.length]).toEqual([1, 0]);
  });

  test("a delay beyond the platform's limit is cut, because the timer would fire at once", () => {
    const set = vi.spyOn(globalThis, "setTimeout");
    systemClock.setTimer(() => {}, MOST_TIMER_MS + 1, false)();
    systemClock.setTimer(() => {}, 5, false)();
    expect(set.mock.calls.map(([, delay]) => delay)).toEqual([2_147_483_647, 5]);
  });

  test("a timer holds the process only where it is told to", () => {
    const unref = vi.fn();
    vi.spyOn(globalThis, "setTimeout").mockReturnValue({ unref } as never);
    systemClock.setTimer(() => {}, 5, true);
    expect(unref).not.toHaveBeenCalled();
    systemClock.setTimer(() => {}, 5, false);
    expect(unref).toHaveBeenCalledTimes(1);
  });

  test("a handle that is a number has nothing to unref", () => {
    vi.spyOn(globalThis, "setTimeout").mockReturnValue(7 as never);
    expect(() => systemClock.setTimer(() => {}, 5, false)).not.toThrow();
  });
});
