import { describe, expect, test } from "vitest";
import { LoadSlot } from "../../src/resource/load-slot.ts";
import { createVirtualClock } from "../../src/testing/index.ts";

const SCHEDULE = { refreshEvery: Infinity, staleAfter: Infinity, jitter: 0, retryMost: undefined };
const fields = { reload: undefined, attempt: 1, startedAt: 700, timeoutAt: 50 };

describe("the slot of a load", () => {
  test("a fresh slot is free, and nothing has run", () => {
    const slot = new LoadSlot(SCHEDULE);
    expect([slot.run, slot.lastRun, slot.lastStartedAt, slot.endedRun, slot.unloadedRun]).toEqual([
      undefined,
      0,
      -Infinity,
      0,
      0,
    ]);
    expect([slot.hasTimedOut(createVirtualClock()), slot.dueAt(5, createVirtualClock())]).toEqual([false, Infinity]);
  });

  test("runs are numbered, and a run has the slot until it is free", () => {
    const slot = new LoadSlot(SCHEDULE);
    const first = slot.take(fields);
    const fresh = { leaseUntil: Infinity, isAbandoned: false, candidate: undefined, onEnded: undefined };
    expect(first).toMatchObject({ id: 1, ...fields, ...fresh });
    expect([slot.run, slot.lastRun, slot.lastStartedAt]).toEqual([first, 1, 700]);
    const second = slot.take({ ...fields, startedAt: 900 });
    expect([slot.run === second, second.id, slot.lastStartedAt]).toEqual([true, 2, 900]);
  });

  test("a run times out at its instant by monotonic time, and must be looked at then", async () => {
    const clock = createVirtualClock();
    const slot = new LoadSlot(SCHEDULE);
    slot.take(fields);
    expect([slot.hasTimedOut(clock), slot.dueAt(1_000, clock)]).toEqual([false, 1_050]);
    await clock.advance(49.5);
    expect([slot.hasTimedOut(clock), slot.dueAt(1_000, clock)]).toEqual([false, 1_001]);
    await clock.advance(0.5);
    expect([slot.hasTimedOut(clock), slot.dueAt(1_000, clock)]).toEqual([true, 1_000]);
    await clock.advance(10);
    expect([slot.hasTimedOut(clock), slot.dueAt(1_000, clock)]).toEqual([true, 1_000]);
  });

  test("a lease that ends before the timeout must be looked at first", () => {
    const clock = createVirtualClock();
    const slot = new LoadSlot(SCHEDULE);
    const run = slot.take(fields);
    run.leaseUntil = 1_020;
    expect(slot.dueAt(1_000, clock)).toBe(1_020);
    run.leaseUntil = 2_000;
    expect(slot.dueAt(1_000, clock)).toBe(1_050);
  });
});
