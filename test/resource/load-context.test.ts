import { expect, test } from "vitest";
import { LazySignal } from "../../src/resource/lazy-signal.ts";
import { contextOf } from "../../src/resource/load-context.ts";
import { NO_FACTS, type Facts } from "../../src/state/facts.ts";

const held = {
  value: "v",
  revision: "1",
  checkedAt: 10,
  changedAt: 20,
  asOf: 5,
  invalidated: false,
  origin: "source",
} as const;
const facts: Facts<string> = { ...NO_FACTS, held, rejected: { revision: "bad", error: "no" } };
const run = { signal: new LazySignal(), attempt: 3, reload: undefined };
const times = { host: { toWall: (at: number): number => at + 1_000 }, deadline: 9_000 };

test("a loader is told what is held, what was rejected, the attempt and the deadline, in wall time", () => {
  expect({ ...contextOf(run, facts, times) }).toEqual({
    signal: run.signal.signal,
    previous: "v",
    revision: "1",
    asOf: 1_005,
    rejected: "bad",
    attempt: 3,
    deadline: 9_000,
  });
});

test("where nothing is held, nothing is told of it", () => {
  expect({ ...contextOf(run, NO_FACTS, times) }).toEqual({
    signal: run.signal.signal,
    previous: undefined,
    revision: undefined,
    asOf: undefined,
    rejected: undefined,
    attempt: 3,
    deadline: 9_000,
  });
  const { asOf } = contextOf(run, { ...facts, held: { ...held, asOf: undefined } }, times);
  expect(asOf).toBe(undefined);
});

test("the load of a reload() is not told what was rejected, because it tries it again", () => {
  expect(contextOf({ ...run, reload: {} }, facts, times).rejected).toBe(undefined);
});

test("a Proxy around the context may give another signal", () => {
  const { signal } = new AbortController();
  const proxy = new Proxy(contextOf(run, facts, times), {
    get: (of, name, self) => (name === "runSignal" ? { signal } : Reflect.get(of, name, self)),
  });
  expect(proxy.signal).toBe(signal);
});

test("the signal of a run is one, and aborts with the reason, whether it was read before or not", () => {
  const read = new LazySignal();
  const { signal } = read;
  expect([read.signal === signal, signal.aborted]).toEqual([true, false]);
  read.abort("enough");
  expect([read.signal === signal, signal.reason]).toEqual([true, "enough"]);
  const unread = new LazySignal();
  unread.abort("enough");
  expect(unread.signal.reason).toBe("enough");
});
