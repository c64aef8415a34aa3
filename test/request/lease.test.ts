import { describe, expect, onTestFinished, test, vi } from "vitest";
import { NotReadyError } from "../../src/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import { A, B, setUp, watch } from "./kit.ts";

describe("the lease of a load in request mode", () => {
  test("a load whose request was cancelled is taken over when its lease expires, and counts as no failure", async () => {
    const { clock, loader, index } = setUp({ lease: "5s" });
    // The request's work is gone without a word: its timers with it.
    const cancelled = createVirtualClock();
    const real = clock.setTimer;
    clock.setTimer = cancelled.setTimer;
    void index.get().catch(() => {});
    await clock.settle();
    clock.setTimer = real;
    const second = watch(index.get());
    await clock.advance(4_900);
    expect(loader.calls.length).toBe(1);
    await clock.advance(200);
    expect(loader.calls.length).toBe(2);
    expect(loader.last.context.attempt).toBe(1);
    loader.last.succeed(B);
    await clock.settle();
    expect(second.value).toBe(B);
    loader.calls[0]?.succeed(A);
    await clock.settle();
    expect([index.peek(), index.snapshot().abandoned, index.snapshot().lastError]).toEqual([B, 0, undefined]);
  });

  test("a load is taken over even where the signal of a request that is gone cannot be aborted", async () => {
    // As workerd does: what was made in one request is out of reach for the next.
    vi.stubGlobal(
      "AbortController",
      class extends AbortController {
        override abort(): void {
          throw new Error("Cannot perform I/O on behalf of a different request.");
        }
      },
    );
    onTestFinished(() => void vi.unstubAllGlobals());
    const { clock, loader, index } = setUp();
    void index.get().catch(() => {});
    await clock.settle();
    clock.freeze(10_000);
    const next = watch(index.get());
    await clock.advance(25);
    loader.last.succeed(B);
    await clock.advance(25);
    expect([next.value, next.error, loader.calls.length]).toEqual([B, undefined, 2]);
    index.invalidate();
    const kept: Promise<unknown>[] = [];
    await index.get({ waitUntil: (promise) => kept.push(promise) });
    expect(() => index.unload()).not.toThrow();
    expect(index.snapshot().state).toBe("NOT_LOADED");
  });

  test("an isolate that froze half-way through a load takes the load over after the thaw", async () => {
    const { clock, health, loader, index } = setUp();
    void index.get().catch(() => {});
    await clock.settle();
    clock.freeze(3_600_000);
    expect(health.fetch(new Request("http://x/status")).status).toBe(503);
    await clock.settle();
    const next = watch(index.get());
    await clock.settle();
    expect(loader.calls.length).toBe(2);
    loader.last.succeed(B);
    await clock.advance(25);
    expect(next.value).toBe(B);
  });

  test("a slow load keeps its lease while its request lives, and ends at its timeout", async () => {
    const { clock, loader, index } = setUp({ lease: "5s" });
    const slow = watch(index.get());
    const other = watch(index.get());
    await clock.advance(59_000);
    expect(loader.calls.length).toBe(1);
    await clock.advance(2_000);
    expect(slow.error).toBeInstanceOf(NotReadyError);
    expect(other.error).toBeInstanceOf(NotReadyError);
    expect(index.snapshot().attempt).toBe(2);
    expect(clock.timers).toBe(0);
  });
});
