import { describe, expect, test } from "vitest";
import { createHealth, onRequest, refreshDue } from "../../src/index.ts";
import { createScriptedLoader, createVirtualClock } from "../../src/testing/index.ts";

/** Longer than the lease, whatever the timeout. */
const FROZEN_MS = 60_000;

async function frozen(timeout: string, frozenMs = FROZEN_MS) {
  const clock = createVirtualClock();
  const health = createHealth({ clock, refresh: onRequest() });
  const loader = createScriptedLoader<string>();
  const index = health.resource("index", { load: (context) => loader.load(context), refreshEvery: "30s", timeout });
  void refreshDue(health);
  await clock.settle();
  clock.freeze(frozenMs);
  return { clock, health, loader, index };
}

describe("a load that was frozen half-way", () => {
  for (const timeout of ["5m", "30s", "4s"])
    for (const first of ["the next request", "its own timer"])
      test(`is taken over, and nobody failed: timeout ${timeout}, ${first} comes first`, async () => {
        const { clock, loader, index } = await frozen(timeout);
        if (first === "its own timer") await clock.advance(2_500);
        const value = index.get();
        await clock.settle();
        expect([loader.calls.length, loader.last.context.attempt]).toEqual([2, 1]);
        loader.last.succeed("new");
        expect(await value).toBe("new");
        loader.calls[0]?.succeed("old");
        await clock.advance(600_000);
        expect([index.peek(), clock.timers, index.snapshot().abandoned]).toEqual(["new", 0, 0]);
      });

  test.each([
    [4_999, 1],
    [5_000, 2],
  ])("its lease lasts 5 s: after %d ms the next request makes it load number %d", async (frozenMs, loads) => {
    const { clock, loader, index } = await frozen("5m", frozenMs);
    void index.get();
    await clock.settle();
    expect(loader.calls.length).toBe(loads);
    loader.last.succeed("new");
    await clock.advance(25);
    expect(index.peek()).toBe("new");
  });

  test("is taken over by a probe, too", async () => {
    const { clock, health, loader, index } = await frozen("5m");
    void refreshDue(health);
    await clock.settle();
    expect(loader.calls.length).toBe(2);
    loader.last.succeed("new");
    await clock.settle();
    expect(index.peek()).toBe("new");
  });

  test("is as old as its start, if it lives and nobody took it over", async () => {
    const { clock, health, loader, index } = await frozen("5m");
    await clock.advance(10_000);
    loader.last.succeed("old");
    await clock.settle();
    expect([loader.calls.length, index.peek(), index.snapshot().state]).toEqual([1, "old", "STALE"]);
    expect(health.fetch(new Request("http://x/status")).status).toBe(503);
  });
});
