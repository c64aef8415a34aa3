import { describe, expect, test } from "vitest";
import { NO_FACTS, type Facts } from "../../src/state/facts.ts";
import { backoffOf, refreshAt, retryMostOf, stretchedBackoffOf } from "../../src/state/schedule.ts";

const held = (asOf?: number): Facts<string> => ({
  ...NO_FACTS,
  held: {
    value: "v",
    revision: undefined,
    checkedAt: 10_000,
    changedAt: 0,
    asOf,
    invalidated: false,
    origin: "source",
  },
});
const schedule = { refreshEvery: 1_000, staleAfter: 5_000, jitter: 0.5, retryMost: undefined };
const load = { startedAt: 10_000, endedAt: 10_001 };

describe("when the next refresh is due", () => {
  test.each([
    [0, 10_500],
    [0.25, 10_750],
    [0.5, 11_000],
    [0.75, 11_250],
    [1, 11_500],
  ])("what is drawn, %d, moves it to either side: %d", (draw, at) => {
    expect(refreshAt(held(), load, schedule, draw)).toBe(at);
  });

  test("jitter never carries it past the moment at which the value becomes STALE", () => {
    expect(refreshAt(held(), load, { ...schedule, staleAfter: 1_200 }, 1)).toBe(11_200);
    expect(refreshAt(held(10_100), load, { ...schedule, staleAfter: 1_200 }, 1)).toBe(11_300);
  });

  test("a value that arrives STALE is refreshed as planned", () => {
    expect(refreshAt(held(1_000), load, schedule, 0.5)).toBe(11_000);
    // It becomes STALE as its load ends.
    expect(refreshAt(held(5_001), load, schedule, 0.5)).toBe(11_000);
    expect(refreshAt(held(5_600), { startedAt: 10_000, endedAt: 10_600 }, schedule, 1)).toBe(11_500);
  });

  test("a value that becomes STALE just after its load is refreshed after the pause", () => {
    expect(refreshAt(held(5_601), { startedAt: 10_000, endedAt: 10_600 }, schedule, 1)).toBe(10_700);
  });

  test("it comes no sooner than half of the interval after the last start, drawn early or nearly STALE", () => {
    expect(refreshAt(held(), load, { ...schedule, jitter: 1 }, 0)).toBe(10_500);
    expect(refreshAt(held(5_401), load, schedule, 0.5)).toBe(10_500);
  });

  test("where nothing is held it comes as planned", () => {
    expect(refreshAt(NO_FACTS, load, schedule, 0.5)).toBe(11_000);
  });

  test("a slow load is followed by a pause of a tenth of the interval", () => {
    expect(refreshAt(held(), { startedAt: 10_000, endedAt: 12_000 }, schedule, 0.5)).toBe(12_100);
  });

  test.each([0, 0.5, 1])("'never' with a jitter of 1 stays never, and %d is drawn in vain", (draw) => {
    expect(refreshAt(held(), load, { ...schedule, refreshEvery: Infinity, jitter: 1 }, draw)).toBe(Infinity);
  });
});

test("the back-off is uniform between its bounds", () => {
  expect([0, 0.5, 1].map((draw) => backoffOf(2, 30_000, draw))).toEqual([100, 1_050, 2_000]);
  expect(backoffOf(5, 40, 0.5)).toBe(40);
  expect(backoffOf(1, 30_000, 0.0001)).toBe(101);
});

test("each load that was given up doubles the wait, up to 2 min, or up to a longer retryMost", () => {
  expect([0, 1, 2].map((abandoned) => stretchedBackoffOf(1_000, abandoned, 30_000))).toEqual([1_000, 2_000, 4_000]);
  expect(stretchedBackoffOf(1_000, 9, 30_000)).toBe(120_000);
  expect(stretchedBackoffOf(1_000, 9, 300_000)).toBe(300_000);
});

test("the longest wait is never more than refreshEvery, held or not", () => {
  expect(retryMostOf({ ...schedule, refreshEvery: 400_000 }, true)).toBe(40_000);
  expect(retryMostOf({ ...schedule, refreshEvery: 20_000 }, false)).toBe(20_000);
  expect(retryMostOf({ ...schedule, refreshEvery: Infinity }, false)).toBe(30_000);
  // The user's own limit comes before the default.
  expect([true, false].map((isHeld) => retryMostOf({ ...schedule, retryMost: 7_000 }, isHeld))).toEqual([7_000, 7_000]);
});
