import { describe, expect, test, vi } from "vitest";
import { onAbort } from "../../src/resource/on-abort.ts";

/** A signal that counts its listeners. */
function countedSignal(): { readonly controller: AbortController; readonly listeners: () => number } {
  const controller = new AbortController();
  const { signal } = controller;
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
  const there = new Set<unknown>();
  vi.spyOn(signal, "addEventListener").mockImplementation((type: string, listener: unknown) => {
    there.add(listener);
    add(type, listener as EventListener);
  });
  vi.spyOn(signal, "removeEventListener").mockImplementation((type: string, listener: unknown) => {
    if (type === "abort") there.delete(listener);
    remove(type, listener as EventListener);
  });
  return { controller, listeners: () => there.size };
}

describe("onAbort()", () => {
  test("a thousand callbacks cost one listener, and each is called once", () => {
    const { controller, listeners } = countedSignal();
    let calls = 0;
    for (let n = 0; n < 1_000; n++) onAbort(controller.signal, () => calls++);
    expect(listeners()).toBe(1);
    controller.abort();
    expect([calls, listeners()]).toEqual([1_000, 0]);
    controller.abort();
    controller.signal.dispatchEvent(new Event("abort"));
    expect(calls).toBe(1_000);
  });

  test("a watch that ended is not called, and the last one takes the listener away", () => {
    const { controller, listeners } = countedSignal();
    const [kept, ended] = [vi.fn(), vi.fn()];
    const endKept = onAbort(controller.signal, kept);
    const end = onAbort(controller.signal, ended);
    end();
    end();
    expect(listeners()).toBe(1);
    const another = vi.fn();
    const endAnother = onAbort(controller.signal, another);
    endAnother();
    endKept();
    expect(listeners()).toBe(0);
    controller.abort();
    expect([kept, ended, another].map(({ mock }) => mock.calls.length)).toEqual([0, 0, 0]);
  });

  test("an end that is called again takes nothing from a later watch", () => {
    const { controller, listeners } = countedSignal();
    const end = onAbort(controller.signal, () => {});
    end();
    const later = vi.fn();
    onAbort(controller.signal, later);
    end();
    expect(listeners()).toBe(1);
    controller.abort();
    expect(later).toHaveBeenCalledTimes(1);
  });

  test("a watch that ends while the others are called is not called any more", () => {
    const controller = new AbortController();
    const second = vi.fn();
    let endSecond = (): void => {};
    onAbort(controller.signal, () => endSecond());
    endSecond = onAbort(controller.signal, second);
    controller.abort();
    expect(second).not.toHaveBeenCalled();
  });

  test("where the signal has aborted, the callback comes in a microtask, unless the watch ends before", async () => {
    const signal = AbortSignal.abort();
    const [kept, ended] = [vi.fn(), vi.fn()];
    onAbort(signal, kept);
    onAbort(signal, ended)();
    expect(kept).not.toHaveBeenCalled();
    await Promise.resolve();
    expect([kept.mock.calls.length, ended.mock.calls.length]).toEqual([1, 0]);
  });
});
