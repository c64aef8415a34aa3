import { expect, test } from "vitest";
import { PendingDisposals } from "../../src/health/pending-disposals.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/index.ts";

/** Disposals that somebody waits for, after `added` of them began. */
function waitFor(added: number): {
  readonly clock: VirtualClock;
  readonly pending: PendingDisposals;
  readonly told: () => number;
} {
  const clock = createVirtualClock();
  const pending = new PendingDisposals();
  for (let n = 0; n < added; n++) pending.add(1);
  let told = 0;
  pending.whenNone(clock, () => told++);
  return { clock, pending, told: () => told };
}

test("where nothing is pending the wait is over at once, and no timer is left", () => {
  const { clock, told } = waitFor(0);
  expect([told(), clock.timers]).toEqual([1, 0]);
});

test("the end of the last of several disposals ends the wait, and no timer is left", () => {
  const { clock, pending, told } = waitFor(2);
  expect([told(), clock.timers]).toEqual([0, 1]);
  pending.add(1);
  pending.add(-1);
  pending.add(-1);
  expect(told()).toBe(0);
  pending.add(-1);
  expect([told(), clock.timers]).toEqual([1, 0]);
});

test("a disposal that does not end keeps the process alive for 5 s", async () => {
  const { clock, told } = waitFor(1);
  expect(clock.holding).toBe(1);
  await clock.advance(4_999);
  expect(told()).toBe(0);
  await clock.advance(1);
  expect([told(), clock.holding]).toEqual([1, 0]);
});

test("a disposal that ended before is not waited for", () => {
  const pending = new PendingDisposals();
  pending.add(1);
  pending.add(-1);
  const later: string[] = [];
  pending.whenNone(createVirtualClock(), () => later.push("told"));
  expect(later).toEqual(["told"]);
});
