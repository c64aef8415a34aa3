import { expect, test, vi } from "vitest";
import { callSafely, handled, ignoreRejection } from "../../src/option/call-safely.ts";

/** The rejections that nobody handles while `act` runs. */
async function unhandled(act: () => unknown): Promise<unknown[]> {
  const seen: unknown[] = [];
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (reason) => seen.push(reason));
  act();
  await new Promise((resolve) => setImmediate(resolve));
  process.removeAllListeners("unhandledRejection");
  for (const other of others) process.on("unhandledRejection", other);
  return seen;
}

test("a rejection is seen where nothing handles it, so that the tests below can fail", async () => {
  expect(await unhandled(() => void Promise.reject(new Error("seen")))).toEqual([new Error("seen")]);
});

test("what a promise rejects with is ignored", async () => {
  expect(await unhandled(() => ignoreRejection(Promise.reject(new Error("no"))))).toEqual([]);
});

test("a thenable is asked, and what rejects it is ignored", async () => {
  const then = vi.fn((_done: unknown, failed: (error: unknown) => void) => failed(new Error("no")));
  expect(await unhandled(() => ignoreRejection({ then }))).toEqual([]);
  expect(then).toHaveBeenCalledTimes(1);
});

test.each([undefined, null, 5, "then", {}, () => {}])("%o is no promise, and is left alone", (given) => {
  expect(() => ignoreRejection(given)).not.toThrow();
});

test("a callback is called, and what it throws or rejects with stays its own", async () => {
  const called = vi.fn();
  callSafely(called);
  expect(called).toHaveBeenCalledTimes(1);
  expect(() =>
    callSafely(() => {
      throw new Error("no");
    }),
  ).not.toThrow();
  expect(await unhandled(() => callSafely(() => Promise.reject(new Error("no"))))).toEqual([]);
});

test("a handled promise is the same promise, and its rejection ends no process", async () => {
  const promise = Promise.reject(new Error("no"));
  const seen = await unhandled(() => expect(handled(promise)).toBe(promise));
  expect(seen).toEqual([]);
  await expect(promise).rejects.toThrow("no");
});
