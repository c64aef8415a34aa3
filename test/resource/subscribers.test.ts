import { expect, test, vi } from "vitest";
import { Subscribers } from "../../src/resource/subscribers.ts";

test("every listener is told in its order, whatever the others do", async () => {
  const subscribers = new Subscribers<string>();
  const told: string[] = [];
  const rejections: unknown[] = [];
  const note = (reason: unknown): unknown => rejections.push(reason);
  process.on("unhandledRejection", note);
  subscribers.add((event) => told.push(`first ${event}`));
  subscribers.add(() => {
    throw new Error("mine");
  });
  subscribers.add(() => Promise.reject(new Error("mine, later")));
  subscribers.add((event) => told.push(`last ${event}`));
  subscribers.tell("a");
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", note);
  expect([told, rejections]).toEqual([["first a", "last a"], []]);
});

test("who leaves is told no more, counts no more, and leaves once", () => {
  const subscribers = new Subscribers<string>();
  const [one, other] = [vi.fn(), vi.fn()];
  const leave = subscribers.add(one);
  subscribers.add(other);
  expect(subscribers.size).toBe(2);
  leave();
  leave();
  subscribers.tell("a");
  expect([subscribers.size, one.mock.calls, other.mock.calls]).toEqual([1, [], [["a"]]]);
});

test("a listener that was added twice is told twice, and leaves once for each", () => {
  const subscribers = new Subscribers<string>();
  const listener = vi.fn();
  const leave = subscribers.add(listener);
  subscribers.add(listener);
  leave();
  subscribers.tell("a");
  expect(listener).toHaveBeenCalledTimes(1);
});

test("the places of those who left go when they are more than half, and nobody else loses his", () => {
  const subscribers = new Subscribers<string>();
  const told: string[] = [];
  const leaves = ["a", "b", "c", "d"].map((name) => subscribers.add(() => told.push(name)));
  const filter = vi.spyOn(Array.prototype, "filter");
  try {
    leaves[0]?.();
    leaves[1]?.();
    // Two of four have left: not more than half.
    subscribers.add(() => told.push("e"));
    expect(filter).toHaveBeenCalledTimes(0);
    leaves[2]?.();
    // Three of five have left.
    subscribers.add(() => told.push("f"));
    expect(filter).toHaveBeenCalledTimes(2);
  } finally {
    filter.mockRestore();
  }
  // Who has lost his place can still leave, and takes nobody's.
  leaves[0]?.();
  subscribers.tell("x");
  leaves[3]?.();
  subscribers.tell("x");
  expect([told, subscribers.size]).toEqual([["d", "e", "f", "e", "f"], 2]);
});

test("listeners of the user are counted by themselves", () => {
  const subscribers = new Subscribers<string>();
  expect(subscribers.readers).toBe(0);
  subscribers.readers++;
  subscribers.readers++;
  subscribers.readers--;
  expect([subscribers.readers, subscribers.size]).toEqual([1, 0]);
});
