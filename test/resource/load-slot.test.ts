import { describe, expect, test } from "vitest";
import { LoadSlot } from "../../src/resource/load-slot.ts";
import { createVirtualClock } from "../../src/testing/index.ts";

const SCHEDULE = { refreshEvery: Infinity, staleAfter: Infinity, jitter: 0, retryMost: undefined };
const fields = { reload: undefined, attempt: 1, startedAt: 700, timeoutAt: 50, onEnded: undefined };

describe("the slot of a load", () => {
  test("a fresh slot is free, and nothing has run", () => {
    const slot = new LoadSlot(SCHEDULE);
    expect([slot.run, slot.lastRun, slot.lastStartedAt, slot.endedRun, slot.unloadedRun, slot.askedReload]).toEqual([
      undefined,
      0,
      -Infinity,
      0,
      0,
      undefined,
    ]);
    expect([slot.free(), slot.hasTimedOut(createVirtualClock()), slot.dueAt(5, createVirtualClock())]).toEqual([
      undefined,
      false,
      Infinity,
    ]);
  });

  test("runs are numbered, and a run has the slot until it is free", () => {
    const slot = new LoadSlot(SCHEDULE);
    const first = slot.take(fields);
    expect(first).toMatchObject({ id: 1, ...fields, leaseUntil: Infinity, isAbandoned: false, candidate: undefined });
    expect([slot.run, slot.lastRun, slot.lastStartedAt]).toEqual([first, 1, 700]);
    expect([slot.free(), slot.run, slot.lastRun]).toEqual([first, undefined, 1]);
    const second = slot.take({ ...fields, startedAt: 900 });
    expect([second.id, slot.lastStartedAt]).toEqual([2, 900]);
    slot.noteEnded(first);
    expect([slot.endedRun, slot.unloadedRun]).toEqual([1, 0]);
    slot.noteUnloaded();
    expect([slot.endedRun, slot.unloadedRun]).toEqual([1, 2]);
  });

  test("a reload() that was asked for is the next run's alone", () => {
    const slot = new LoadSlot(SCHEDULE);
    const how = { accept: "1" };
    slot.askForReload(how);
    expect(slot.askedReload).toBe(how);
    slot.take(fields);
    expect(slot.askedReload).toBe(undefined);
    slot.free();
    slot.askForReload(how);
    expect(slot.askedReload).toBe(how);
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

  test("a lease is renewed by the request of the run that has the slot, and by no other", () => {
    const clock = createVirtualClock();
    const slot = new LoadSlot(SCHEDULE);
    slot.renewLease(1, 10);
    const run = slot.take(fields);
    slot.renewLease(2, 10);
    expect(run.leaseUntil).toBe(Infinity);
    slot.renewLease(1, 1_020);
    expect([run.leaseUntil, slot.dueAt(1_000, clock)]).toEqual([1_020, 1_020]);
    slot.renewLease(1, 2_000);
    expect(slot.dueAt(1_000, clock)).toBe(1_050);
  });
});
