import { AsyncLocalStorage } from "node:async_hooks";
import { expect, test } from "vitest";
import { createContextLoop } from "../../src/time/context-loop.ts";

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("jobs run in their order, none before the call returns", async () => {
  const defer = createContextLoop();
  const ran: number[] = [];
  for (const n of [1, 2, 3]) defer(() => ran.push(n));
  expect(ran).toEqual([]);
  await settled();
  expect(ran).toEqual([1, 2, 3]);
  defer(() => ran.push(4));
  await settled();
  expect(ran).toEqual([1, 2, 3, 4]);
});

test("a job sees the context of the loop, and not that of its caller", async () => {
  const storage = new AsyncLocalStorage<string>();
  const defer = storage.run("loop", createContextLoop);
  const seen: unknown[] = [];
  for (const store of ["first", "second"]) {
    storage.run(store, () => defer(() => seen.push(storage.getStore())));
    await settled();
  }
  expect(seen).toEqual(["loop", "loop"]);
});

test.each(["in one turn", "in turns of their own"])(
  "a job that enters a context takes no other along, %s",
  async (how) => {
    const storage = new AsyncLocalStorage<string>();
    const defer = storage.run("loop", createContextLoop);
    const seen: unknown[] = [];
    for (const store of ["first", "second", "third"]) {
      defer(() => {
        seen.push(storage.getStore());
        storage.enterWith(store);
      });
      if (how !== "in one turn") await settled();
    }
    await settled();
    expect(seen).toEqual(["loop", "loop", "loop"]);
  },
);

test("a job that throws or rejects stops no other", async () => {
  const defer = createContextLoop();
  const ran: string[] = [];
  defer(() => {
    throw new Error("no");
  });
  defer(() => Promise.reject(new Error("no")));
  defer(() => ran.push("after"));
  await settled();
  defer(() => ran.push("later"));
  await settled();
  expect(ran).toEqual(["after", "later"]);
});

test("a job that makes the next one leaves room for promises in between, and for no timer", async () => {
  const defer = createContextLoop();
  const ran: string[] = [];
  const step = (left: number): void => {
    ran.push(`job ${left}`);
    void Promise.resolve().then(() => ran.push(`promise ${left}`));
    if (left) defer(() => step(left - 1));
  };
  defer(() => step(3));
  await settled();
  expect(ran).toEqual([3, 2, 1, 0].flatMap((left) => [`job ${left}`, `promise ${left}`]));
});
