import { describe, expect, test } from "vitest";
import { NotReadyError, type NotReadyReason } from "../../src/resource/error.ts";
import { Waiters } from "../../src/resource/waiters.ts";
import { outcome, PENDING } from "./kit.ts";

function createWaiters(): { readonly waiters: Waiters<number>; readonly alive: () => number } {
  let alive = 0;
  const waiters = new Waiters<number>(
    { keepAlive: (by) => void (alive += by) },
    { notReady: (reason, cause) => new NotReadyError({ state: "LOADING", reason, retryAfter: 1, cause }) },
  );
  return { waiters, alive: () => alive };
}

const refusal = (reason: NotReadyReason, cause?: unknown): unknown => ({
  error: expect.objectContaining({ name: "NotReadyError", reason, cause }),
});

describe("waits", () => {
  test("a wait goes on until its question is answered, keeps the process alive until then, and no longer", async () => {
    const { waiters, alive } = createWaiters();
    const asked: number[] = [];
    const wait = waiters.add({}, (ended) => {
      asked.push(ended);
      return ended > 1 ? "answer" : undefined;
    });
    expect([waiters.size, alive()]).toEqual([1, 1]);
    waiters.checkAll(1);
    expect([waiters.size, alive(), await outcome(wait)]).toEqual([1, 1, PENDING]);
    waiters.checkAll(2);
    expect([waiters.size, alive(), await outcome(wait)]).toEqual([0, 0, { value: "answer" }]);
    waiters.checkAll(3);
    waiters.rejectAll("closed");
    expect([asked, alive()]).toEqual([[1, 2], 0]);
  });

  test("a question that throws ends the wait with what it threw", async () => {
    const { waiters, alive } = createWaiters();
    const error = new Error("no");
    const wait = waiters.add({}, () => {
      throw error;
    });
    waiters.checkAll(1);
    expect(await outcome(wait)).toEqual({ error });
    expect([waiters.size, alive()]).toEqual([0, 0]);
  });

  test("a refusal ends all waits, or those that are no reload()", async () => {
    const { waiters, alive } = createWaiters();
    const waits = [{}, { reload: {} }, {}].map((how) => waiters.add(how, () => undefined));
    waiters.rejectAll("draining", "no-reload");
    expect([waiters.size, alive()]).toEqual([1, 1]);
    expect(await Promise.all(waits.map(outcome))).toEqual([refusal("draining"), PENDING, refusal("draining")]);
    waiters.rejectAll("closed");
    expect(await Promise.all(waits.map(outcome))).toEqual([
      refusal("draining"),
      refusal("closed"),
      refusal("draining"),
    ]);
    expect([waiters.size, alive()]).toEqual([0, 0]);
  });

  test("the caller's signal ends its own wait alone, with its reason", async () => {
    const { waiters, alive } = createWaiters();
    const controller = new AbortController();
    const waits = [{ signal: controller.signal }, {}].map((how) => waiters.add(how, () => undefined));
    controller.abort("enough");
    expect(await Promise.all(waits.map(outcome))).toEqual([refusal("aborted", "enough"), PENDING]);
    expect([waiters.size, alive()]).toEqual([1, 1]);
  });

  test("a signal that has aborted refuses at once, and one that aborts after the answer changes nothing", async () => {
    const { waiters, alive } = createWaiters();
    const refused = waiters.add({ signal: AbortSignal.abort("before") }, () => 1);
    expect([waiters.size, alive()]).toEqual([0, 0]);
    expect(await outcome(refused)).toEqual(refusal("aborted", "before"));
    const controller = new AbortController();
    const wait = waiters.add({ signal: controller.signal }, () => 1);
    waiters.checkAll(1);
    controller.abort();
    expect(await outcome(wait)).toEqual({ value: 1 });
    expect([waiters.size, alive()]).toEqual([0, 0]);
  });

  test("an answered wait leaves no listener on the caller's signal", () => {
    const { waiters } = createWaiters();
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    signal.addEventListener = () => void listeners++;
    signal.removeEventListener = () => void listeners--;
    void waiters.add({ signal }, () => 1);
    expect(listeners).toBe(1);
    waiters.checkAll(1);
    expect(listeners).toBe(0);
  });
});

describe("the reload() that waits", () => {
  const nothing = (): undefined => undefined;

  test("there is none where nobody reloads", () => {
    const { waiters } = createWaiters();
    expect(waiters.reload).toBe(undefined);
    void waiters.add({}, nothing);
    expect(waiters.reload).toBe(undefined);
  });

  test("the first that accepts a revision speaks for all", () => {
    const { waiters } = createWaiters();
    const plain = {};
    void waiters.add({ reload: plain }, nothing);
    expect(waiters.reload).toBe(plain);
    void waiters.add({}, nothing);
    const first = { accept: "1" };
    void waiters.add({ reload: first }, nothing);
    expect(waiters.reload).toBe(first);
    void waiters.add({ reload: { accept: true } }, nothing);
    void waiters.add({ reload: {} }, nothing);
    expect(waiters.reload).toBe(first);
  });
});
