import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createTurns, untilAborted } from "../../src/source/turn.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const never = new AbortController().signal;

/** Work that ends when the test says so. */
function work(log: string[], name: string) {
  let end: (value: string) => void = () => {};
  const ended = new Promise<string>((resolve) => (end = resolve));
  const run = (): Promise<string> => {
    log.push(name);
    return ended;
  };
  return { run, end: () => end(name) };
}

const settle = async (): Promise<void> => {
  for (let count = 0; count < 20; count++) await Promise.resolve();
};

test("one piece of work runs at a time, first come, first served", async () => {
  const turns = createTurns();
  const log: string[] = [];
  const [a, b, c] = [work(log, "a"), work(log, "b"), work(log, "c")];
  const all = Promise.all([a, b, c].map(({ run }) => turns.run(never, run)));
  await settle();
  expect(log).toEqual(["a"]);
  a.end();
  await settle();
  expect(log).toEqual(["a", "b"]);
  b.end();
  c.end();
  expect(await all).toEqual(["a", "b", "c"]);
});

test("work that fails, or throws at once, gives its turn back", async () => {
  const turns = createTurns();
  await expect(turns.run(never, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  const thrower = (): never => {
    throw new Error("at once");
  };
  await expect(turns.run(never, thrower)).rejects.toThrow("at once");
  expect(await turns.run(never, async () => 1)).toBe(1);
});

test("an abort rejects at once, and the turn stays taken until the work has ended", async () => {
  const turns = createTurns();
  const log: string[] = [];
  const [a, b] = [work(log, "a"), work(log, "b")];
  const controller = new AbortController();
  const running = turns.run(controller.signal, a.run);
  await settle();
  controller.abort(new Error("enough"));
  await expect(running).rejects.toThrow("enough");
  const next = turns.run(never, b.run);
  await settle();
  expect(log).toEqual(["a"]);
  a.end();
  await settle();
  expect(log).toEqual(["a", "b"]);
  b.end();
  await next;
});

test("work that never ends is passed 30 s after it was given up, and its late end takes no turn away", async () => {
  const turns = createTurns();
  const log: string[] = [];
  const [hung, b, c] = [work(log, "hung"), work(log, "b"), work(log, "c")];
  const controller = new AbortController();
  const running = turns.run(controller.signal, hung.run);
  await settle();
  controller.abort(new Error("enough"));
  await expect(running).rejects.toThrow("enough");
  vi.advanceTimersByTime(29_999);
  const early = new AbortController();
  const waiting = turns.run(early.signal, b.run);
  await settle();
  early.abort(new Error("in vain"));
  await expect(waiting).rejects.toThrow("in vain");
  vi.advanceTimersByTime(1);
  const next = turns.run(never, b.run);
  const after = turns.run(never, c.run);
  await settle();
  expect(log).toEqual(["hung", "b"]);
  hung.end();
  await settle();
  expect(log).toEqual(["hung", "b"]);
  b.end();
  c.end();
  expect([await next, await after]).toEqual(["b", "c"]);
});

test("an abort while waiting asks for nothing and leaves the others their order", async () => {
  const turns = createTurns();
  const log: string[] = [];
  const [a, b, c] = [work(log, "a"), work(log, "b"), work(log, "c")];
  const controller = new AbortController();
  const first = turns.run(never, a.run);
  const second = turns.run(controller.signal, b.run);
  const third = turns.run(never, c.run);
  await settle();
  controller.abort("a text is no error");
  await expect(second).rejects.toThrow("the load was given up");
  a.end();
  c.end();
  await Promise.all([first, third]);
  expect(log).toEqual(["a", "c"]);
});

test("what fails after an abort is no unhandled rejection", async () => {
  let fail: (error: Error) => void = () => {};
  const running = new Promise<never>((_, reject) => (fail = reject));
  await expect(untilAborted(AbortSignal.abort(new Error("enough")), running)).rejects.toThrow("enough");
  fail(new Error("late"));
  await settle();
});
