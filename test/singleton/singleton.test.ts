import { refused } from "../kit/refused.ts";
import { expect, test, vi } from "vitest";
import * as one from "../../src/index.ts";

/** The package once more, as a bundler or a hot reload would load it. */
async function copyOf(): Promise<typeof one> {
  vi.resetModules();
  return await import("../../src/index.ts");
}

test("a name is made once, whatever the factory says the next time", () => {
  const first = one.singleton("once", () => ({ made: 1 }));
  expect(one.singleton("once", () => ({ made: 2 }))).toBe(first);
  expect(one.singleton("another", () => ({ made: 3 }))).toEqual({ made: 3 });
});

test("what a factory gives is kept even if it is undefined", () => {
  const factory = vi.fn();
  expect([one.singleton("nothing", factory), one.singleton("nothing", factory)]).toEqual([undefined, undefined]);
  expect(factory).toHaveBeenCalledTimes(1);
});

test("a factory that throws leaves nothing behind", () => {
  const error = new Error("the source is down");
  expect(() =>
    one.singleton("late", () => {
      throw error;
    }),
  ).toThrow(error);
  expect(one.singleton("late", () => "made")).toBe("made");
});

test("a name of an object's own members is a name like any other", () => {
  expect(one.singleton("__proto__", () => 1)).toBe(1);
  expect(one.singleton("constructor", () => 2)).toBe(2);
});

test("an empty name is refused by name", () => {
  expect(() => one.singleton("", () => 1)).toThrow(
    refused('health-state: name is "". Pass a string that is not empty.'),
  );
  // SAFETY: what a caller without types may hand in.
  expect(() => one.singleton(undefined as unknown as string, () => 1)).toThrow(TypeError);
});

test("two copies of the package share one state: one load, and each guards, probes and borrows what the other made", async () => {
  const two = await copyOf();
  expect(two.createHealth).not.toBe(one.createHealth);
  const load = vi.fn(() => ({ size: 1 }));
  const open = ({ createHealth, singleton }: typeof one): { health: one.Health; index: one.Resource<object> } =>
    singleton("shared", () => {
      const health = createHealth();
      return { health, index: health.resource("index", { load }) };
    });
  const { health, index } = open(one);
  expect(open(two)).toEqual({ health, index });
  expect(open(two).index).toBe(index);
  const refusal = await two.createGuard(index)();
  expect([refusal?.status, refusal?.headers["retry-after"]]).toEqual([503, "5"]);
  await open(two).index.get();
  expect(load).toHaveBeenCalledTimes(1);
  expect(two.createGuard(index)()).toBeUndefined();
  expect(two.borrow(index)?.value).toBe(index.peek());
  expect(two.refreshDue(health)).toBeUndefined();
  expect(two.isProbe(health, new Request("http://localhost/status"))).toBe(true);
  await health.close();
  const closed = await two.createGuard(index)();
  expect(closed?.status).toBe(503);
});
