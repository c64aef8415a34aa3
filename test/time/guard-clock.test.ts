import { afterEach, beforeEach, describe, expect, test, vi, type MockInstance } from "vitest";
import { createHealth, type Clock } from "../../src/index.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/index.ts";
import { systemClock } from "../../src/time/clock.ts";
import { guardClock } from "../../src/time/guard-clock.ts";

let warn: MockInstance<typeof console.warn>;
/** The clock of the platform, which the test moves. */
let platform: VirtualClock;
/** The clock of the user before it breaks. */
let own: VirtualClock;

beforeEach(() => {
  warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  platform = createVirtualClock({ wall: 5_000_000 });
  own = createVirtualClock();
  for (const part of ["wall", "monotonic", "random", "setTimer"] as const)
    vi.spyOn(systemClock, part).mockImplementation(platform[part] as never);
});
afterEach(() => void vi.restoreAllMocks());

/** What was printed, without the end that is always the same. */
const printed = (): readonly string[] =>
  warn.mock.calls.map(([text]) => {
    const end = ". From now on the clock of the platform stands in for it.";
    expect(text).toMatch(/^health-state: clock\./);
    expect(String(text).endsWith(end)).toBe(true);
    return String(text).slice("health-state: ".length, -end.length);
  });

/** Moves both clocks. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 1_000) {
    const step = Math.min(left, 1_000);
    await own.advance(step);
    await platform.advance(step);
  }
}

// SAFETY: what the types forbid is the point.
const broken = (parts: { readonly [P in keyof Clock]?: unknown }): Clock => ({ ...own, ...parts }) as Clock;

/** Loads every 30 s for two minutes. Returns the number of loads, and of timers that are left after the close. */
async function play(clock: Clock): Promise<readonly [loads: number, left: number]> {
  let loads = 0;
  const health = createHealth({ clock });
  health.resource("index", { load: () => ++loads, refreshEvery: "30s", jitter: 0 });
  health.start();
  await pass(120_000);
  const seen = loads;
  await health.close();
  await pass(10_000);
  expect(loads).toBe(seen);
  return [seen, platform.timers];
}

const TIMERS: readonly (readonly [
  what: string,
  said: string,
  setTimer: (...given: Parameters<Clock["setTimer"]>) => unknown,
])[] = [
  ["sets a timer and gives nothing", "gave undefined", (...given) => void own.setTimer(...given)],
  ["sets no timer and gives nothing", "gave undefined", () => undefined],
  ["gives a number, as setTimeout() does in a browser", "gave 7", () => 7],
  ["gives a promise that rejects", "gave [object Promise]", () => Promise.reject(new Error("no"))],
  [
    "throws",
    "threw Error: no timers here",
    () => {
      throw new Error("no timers here");
    },
  ],
  ["calls back at once", "called back before the time", (callback) => (callback(), () => {})],
  [
    "calls back in a microtask, whatever the delay",
    "called back before the time",
    (callback) => {
      let isCancelled = false;
      queueMicrotask(() => isCancelled || callback());
      return () => void (isCancelled = true);
    },
  ],
  [
    "calls back twice",
    "called back twice, or after it was cancelled",
    (callback, delayMs, keepAlive) =>
      own.setTimer(
        () => {
          callback();
          callback();
        },
        delayMs,
        keepAlive,
      ),
  ],
  [
    "cannot be cancelled",
    "called back twice, or after it was cancelled",
    (...given) => {
      own.setTimer(...given);
      return () => {};
    },
  ],
  [
    "gives a function that throws",
    "threw Error: not now",
    (...given) => {
      const cancel = own.setTimer(...given);
      return () => {
        cancel();
        throw new Error("not now");
      };
    },
  ],
];

describe("a setTimer() of the user's clock", () => {
  test.each(TIMERS)("that %s loses no refresh, and is told once", async (_, said, setTimer) => {
    expect(await play(broken({ setTimer }))).toEqual([5, 0]);
    expect(printed()).toEqual([`clock.setTimer() ${said}`]);
  });

  test("that is right is used alone, and nothing is told", async () => {
    expect(await play(own)).toEqual([5, 0]);
    expect(own.timers).toBe(0);
    expect(systemClock.setTimer).not.toHaveBeenCalled();
    expect(printed()).toEqual([]);
  });

  test("runs a callback once, however often it calls back, and never after it was cancelled", () => {
    const callback = vi.fn();
    let fire = (): void => {};
    const clock = guardClock(broken({ setTimer: (given: () => void) => ((fire = given), () => {}) }));
    clock.setTimer(callback, 0, false);
    fire();
    fire();
    expect(callback).toHaveBeenCalledTimes(1);
    clock.setTimer(callback, 0, false)();
    fire();
    expect(callback).toHaveBeenCalledTimes(1);
    expect(printed()).toEqual(["clock.setTimer() called back twice, or after it was cancelled"]);
  });

  test("is told once, though several timers that it has set call back twice", () => {
    const fires: (() => void)[] = [];
    const clock = guardClock(broken({ setTimer: (given: () => void) => (fires.push(given), () => {}) }));
    const callback = vi.fn();
    for (let n = 0; n < 2; n++) clock.setTimer(callback, 0, false);
    for (const fire of [...fires, ...fires, ...fires]) fire();
    expect([callback.mock.calls.length, fires.length, printed().length]).toEqual([2, 2, 1]);
  });

  test.each([
    [9, 0, true],
    [10, 0, false],
    [10, 5, true],
    [20, 9, false],
  ])("with a delay of %i ms that calls back after %i ms is right: %s", async (delayMs, afterMs, isRight) => {
    let fire = (): void => {};
    const clock = guardClock(broken({ setTimer: (given: () => void) => ((fire = given), () => {}) }));
    const callback = vi.fn();
    clock.setTimer(callback, delayMs, false);
    await own.advance(afterMs);
    fire();
    expect(callback).toHaveBeenCalledTimes(isRight ? 1 : 0);
    expect(printed()).toEqual(isRight ? [] : ["clock.setTimer() called back before the time"]);
  });

  test("that calls back at once is told so, however short the delay, and the callback comes later", async () => {
    const callback = vi.fn();
    guardClock(broken({ setTimer: (given: () => void) => (given(), () => {}) })).setTimer(callback, 0, false);
    expect(callback).not.toHaveBeenCalled();
    await platform.advance(1);
    expect(callback).toHaveBeenCalledTimes(1);
    expect(printed()).toEqual(["clock.setTimer() called back before the time"]);
  });

  test("may be a little early, because platforms round", async () => {
    const early = broken({
      setTimer: (callback: () => void, delayMs: number, keepAlive: boolean) =>
        own.setTimer(callback, delayMs > 10 ? delayMs - 1 : delayMs, keepAlive),
    });
    expect((await play(early))[0]).toBe(5);
    expect(printed()).toEqual([]);
  });
});

const WRONG: readonly (readonly [what: string, said: string, read: () => unknown])[] = [
  ["NaN", "gave NaN", () => NaN],
  ["an endless number", "gave Infinity", () => Infinity],
  ["a text", "gave 5", () => "5"],
  ["a bigint", "gave 5", () => 5n],
  ["nothing", "gave undefined", () => undefined],
  ["a promise that rejects", "gave [object Promise]", () => Promise.reject(new Error("no"))],
  [
    "an error",
    "threw Error: no time",
    () => {
      throw new Error("no time");
    },
  ],
];

describe.each(["wall", "monotonic"] as const)("a %s() of the user's clock", (part) => {
  test.each(WRONG)("that gives %s from the beginning loses no refresh, and is told once", async (_, said, read) => {
    // Timers run in the time that stands in.
    const more = part === "monotonic" && { setTimer: platform.setTimer };
    expect((await play(broken({ [part]: read, ...more })))[0]).toBe(5);
    expect(printed()).toEqual([`clock.${part}() ${said}`]);
  });

  test.each(WRONG)("that gives %s later goes on from its last right time", async (_, said, read) => {
    let isWrong = false;
    const clock = guardClock(broken({ [part]: () => (isWrong ? read() : own[part]()) }));
    const first = clock[part]();
    await pass(1_000);
    expect(clock[part]()).toBe(first + 1_000);
    isWrong = true;
    expect(clock[part]()).toBe(first + 1_000);
    await pass(2_000);
    expect(clock[part]()).toBe(first + 3_000);
    // The platform goes on standing in for it.
    isWrong = false;
    await pass(1_000);
    expect(clock[part]()).toBe(first + 4_000);
    expect(printed()).toEqual([`clock.${part}() ${said}`]);
  });
});

test("a monotonic() that goes back does not take time back, and a wall() may go back", async () => {
  let back = 0;
  const clock = guardClock(broken({ monotonic: () => own.monotonic() - back, wall: () => own.wall() - back }));
  await pass(10_000);
  expect([clock.monotonic(), clock.wall()]).toEqual([10_000, own.wall()]);
  back = 5_000;
  expect(clock.monotonic()).toBe(10_000);
  expect(clock.wall()).toBe(own.wall() - 5_000);
  await pass(3_000);
  expect(clock.monotonic()).toBe(13_000);
  expect(printed()).toEqual(["clock.monotonic() gave 5000"]);
});

test.each([8.64e15, -8.64e15])("a wall() may give %d, because a Date can represent it", (ms) => {
  expect(guardClock(broken({ wall: () => ms })).wall()).toBe(ms);
  expect(printed()).toEqual([]);
});

test("a part that was wrong once is not called again", () => {
  const read = vi.fn(() => 1);
  const clock = guardClock(broken({ random: read }));
  expect([clock.random(), clock.random(), read.mock.calls.length]).toEqual([0.5, 0.5, 1]);
});

test.each([0, 0.999])("a random() may give %d", (given) => {
  expect(guardClock(broken({ random: () => given })).random()).toBe(given);
  expect(printed()).toEqual([]);
});

test.each([NaN, 1, -0.1, "0.5", undefined])("a random() that gives %j is told once, and is not used", async (given) => {
  const clock = broken({ random: () => given });
  expect([guardClock(clock).random(), guardClock(clock).random()]).toEqual([0.5, 0.5]);
  warn.mockClear();
  expect((await play(clock))[0]).toBe(5);
  expect(printed()).toEqual([`clock.random() gave ${String(given)}`]);
});

test("a part that is no function any more is told, and is not called", async () => {
  const clock = broken({});
  const health = createHealth({ clock });
  Object.assign(clock, { setTimer: undefined });
  let loads = 0;
  health.resource("index", { load: () => ++loads, refreshEvery: "30s", jitter: 0 });
  health.start();
  await pass(60_000);
  expect(loads).toBe(3);
  expect(printed()).toEqual([expect.stringMatching(/^clock\.setTimer\(\) threw TypeError: /)]);
  await health.close();
});

test("a console that throws does not end a load", async () => {
  warn.mockImplementation(() => {
    throw new Error("the stream is closed");
  });
  expect((await play(broken({ setTimer: () => undefined })))[0]).toBe(5);
});
