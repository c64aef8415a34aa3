import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createGuard, createHealth, onRequest, refreshDue } from "../../src/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import { A, B, setUp, watch, type Value } from "./kit.ts";

describe("probes and guards in request mode", () => {
  test("a probe by itself starts nothing; refreshDue() starts the one due load through waitUntil", async () => {
    const { clock, health, loader } = setUp();
    expect(health.fetch(new Request("http://x/status")).status).toBe(503);
    await clock.settle();
    expect(loader.calls.length).toBe(0);
    const kept: Promise<unknown>[] = [];
    await refreshDue(health, (promise) => kept.push(promise));
    await refreshDue(health, (promise) => kept.push(promise));
    expect([kept.length, loader.calls.length, health.fetch(new Request("http://x/status")).status]).toEqual([
      1, 1, 503,
    ]);
    loader.last.succeed(A);
    await Promise.all(kept);
    expect(health.fetch(new Request("http://x/status")).status).toBe(200);
  });

  test("with probeWait a probe waits for the load it starts, and no longer", async () => {
    for (const [after, status] of [
      [1_000, 200],
      [3_000, 503],
    ] as const) {
      const { clock, health, loader } = setUp({ probeWait: "2s" });
      const answered = watch(
        Promise.resolve(refreshDue(health)).then(() => health.fetch(new Request("http://x/status")).status),
      );
      await clock.advance(Math.min(after, 1_999));
      expect(answered.value).toBeUndefined();
      if (status === 200) loader.last.succeed(A);
      await clock.advance(after);
      expect(answered.value).toBe(status);
    }
  });

  test("refreshDue() also starts a check that is due, as it is the only thing there that starts one", async () => {
    const health = createHealth({ clock: createVirtualClock(), refresh: onRequest({ probeWait: "2s" }) });
    const run = vi.fn(() => true);
    health.check("database", { run, refreshEvery: "5s", required: true });
    await refreshDue(health);
    expect(run).toHaveBeenCalledOnce();
    expect(health.fetch(new Request("http://x/status")).status).toBe(200);
  });

  test("refreshDue() does nothing in background mode", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    expect(refreshDue(health)).toBeUndefined();
    expect(clock.timers).toBe(0);
  });

  test("a guard waits as long as the load may take, and hands waitUntil on", async () => {
    const { clock, loader, index } = setUp();
    const guard = createGuard(index);
    const kept: Promise<unknown>[] = [];
    const decided = watch(Promise.resolve(guard(() => (promise) => kept.push(promise))));
    await clock.settle();
    expect([kept.length, "value" in decided]).toEqual([1, false]);
    loader.last.succeed(A);
    await clock.settle();
    expect(decided).toEqual({ value: undefined });
    await clock.advance(31_000);
    expect(await guard(() => (promise) => kept.push(promise))).toBeUndefined();
    expect([kept.length, loader.calls.length]).toEqual([2, 2]);
    loader.last.succeed(B);
    await Promise.all(kept);
  });

  test("a guard waits no longer than its wait, and one that waits for nothing refuses at once and starts the load", async () => {
    for (const wait of [0, "100ms"] as const) {
      const { clock, loader, index } = setUp();
      const guard = createGuard(index, { wait });
      const kept: Promise<unknown>[] = [];
      const decided = watch(Promise.resolve(guard(() => (promise) => kept.push(promise))));
      await clock.advance(wait === 0 ? 0 : 99);
      expect("value" in decided).toBe(wait === 0);
      await clock.advance(1);
      expect([decided.value?.status, kept.length, loader.calls.length]).toEqual([503, 1, 1]);
      loader.last.succeed(A);
      await Promise.all(kept);
      expect([await guard(), clock.timers]).toEqual([undefined, 0]);
    }
  });

  test("a guard of many resources has no signal with more listeners than Node takes for a leak", async () => {
    for (const refresh of [undefined, onRequest()]) {
      const added = new Map<EventTarget, number>();
      const { addEventListener } = AbortSignal.prototype;
      vi.spyOn(AbortSignal.prototype, "addEventListener").mockImplementation(function (this: AbortSignal, ...given) {
        added.set(this, (added.get(this) ?? 0) + 1);
        // SAFETY: handed on as it came.
        (addEventListener as (...given: unknown[]) => void).apply(this, given);
      });
      onTestFinished(() => void vi.restoreAllMocks());
      const clock = createVirtualClock();
      const health = createHealth({ clock, ...(refresh && { refresh }) });
      const resources = Array.from({ length: 25 }, (_, place) =>
        health.resource(`index-${place}`, { load: () => new Promise<Value>(() => {}) }),
      );
      const decided = watch(Promise.resolve(createGuard(resources, { wait: "10ms" })()));
      void health.whenReady({ signal: new AbortController().signal });
      await clock.settle();
      expect([added.size > 0, Math.max(...added.values()) <= 10]).toEqual([true, true]);
      await clock.advance(10);
      expect(decided.value?.status).toBe(503);
      vi.restoreAllMocks();
    }
  });
});
