import { expect, test } from "vitest";
import { DrainSignal } from "../../src/health/drain-signal.ts";

test("the signal is always the same, and aborts when the drain begins, not before", () => {
  const drain = new DrainSignal();
  const { signal } = drain;
  expect([drain.signal === signal, signal.aborted]).toEqual([true, false]);
  drain.begin();
  expect([drain.signal === signal, signal.aborted]).toEqual([true, true]);
});

test("who reads the signal after the drain has begun finds it aborted", () => {
  const drain = new DrainSignal();
  drain.begin();
  expect(drain.signal.aborted).toBe(true);
});
