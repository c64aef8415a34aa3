import { expect, test } from "vitest";
import { createVirtualClock } from "../../src/testing/clock.ts";
import { createBusyWatch, type Busy } from "../../src/thread/busy-watch.ts";

test("a beat that is late by more than the limit is a fact, and is told", async () => {
  const clock = createVirtualClock();
  const told: Busy[] = [];
  const onBusy = (busy: Busy): void => {
    told.push(busy);
    throw new Error("its own");
  };
  const watch = createBusyWatch(clock, { everyMs: 250, busyMs: 1_000, onBusy });
  expect(watch.snapshot()).toEqual({ busyCount: 0, longestBusyMs: 0, lastBusy: undefined });
  watch.beat();
  for (const pauseMs of [250, 1_250, 3_250, 1_251]) {
    await clock.advance(pauseMs);
    watch.beat();
  }
  const last = { at: clock.wall(), durationMs: 1_001 };
  expect(watch.snapshot()).toEqual({ busyCount: 2, longestBusyMs: 3_000, lastBusy: last });
  expect(told).toEqual([{ at: clock.wall() - 1_251, durationMs: 3_000 }, last]);
});
