import { expect, test } from "vitest";
import { createHealth, onRequest, type CheckOptions, type Health, type HealthEvent } from "../../src/index.ts";
import { internalsOf } from "../../src/handler/internals.ts";
import { registryOf } from "../../src/health/registry-of.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/index.ts";

function createWorld(options: Partial<CheckOptions>): { readonly clock: VirtualClock; readonly health: Health } {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  health.subscribe(() => {});
  health.check("database", { run: () => true, ...options });
  health.start();
  return { clock, health };
}

const status = (health: Health): number => health.fetch(new Request("http://x/status")).status;

test.each([true, undefined, null, 0, "", {}, new Response("ok")])(
  "a check that gives %s has passed",
  async (result) => {
    const { clock, health } = createWorld({ run: async () => result, required: true });
    await clock.settle();
    expect([status(health), health.snapshot().resources[0]?.state]).toEqual([200, "READY"]);
    await health.close();
  },
);

test("readiness depends on a check only where it is required", async () => {
  for (const [options, code] of [
    [{}, 200],
    [{ required: undefined }, 200],
    [{ required: true }, 503],
  ] as const) {
    const { clock, health } = createWorld({ run: () => false, ...options });
    await clock.settle();
    expect(status(health)).toBe(code);
    await health.close();
  }
});

test("a check has the limits that it is given, and is told what a loader is told", async () => {
  const attempts: number[] = [];
  const { clock, health } = createWorld({
    refreshEvery: "10s",
    jitter: 0,
    run: ({ attempt, signal }) => void attempts.push(signal.aborted ? -1 : attempt),
  });
  await clock.advance("25s");
  expect(attempts).toEqual([1, 1, 1]);
  await health.close();
});

test("the value of a check that has passed is true", async () => {
  const health = createHealth({ clock: createVirtualClock() });
  const check = health.check("database", { run: () => "fine" });
  expect(await check.get()).toBe(true);
  await health.close();
});

test("a health keeps what starts its loads and its paths for the adapters", () => {
  const health = createHealth({ clock: createVirtualClock(), paths: { readiness: "/ready" } });
  const kindOf = (one: Health): string => registryOf(one).driver.kind;
  expect([kindOf(health), kindOf(createHealth({ refresh: onRequest() }))]).toEqual(["background", "request"]);
  const { routes } = internalsOf(health);
  expect(routes.get("/ready")).toMatchObject({ probe: "readiness" });
  expect(routes.has("/status")).toBe(false);
});

test("the end of an `await using` block closes the health", async () => {
  const health = createHealth({ clock: createVirtualClock() });
  await health[Symbol.asyncDispose]();
  expect([health.drainSignal.aborted, status(health)]).toEqual([true, 503]);
});

test("drain() tells its delay in ms, which is 0 unless it is given", async () => {
  for (const [options, delayMs] of [
    [undefined, 0],
    [{}, 0],
    [{ delayMs: 1_500 }, 1_500],
  ] as const) {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    const events: HealthEvent[] = [];
    health.subscribe((event) => events.push(event));
    await clock.settle();
    health.drain(options);
    await clock.settle();
    expect(events).toEqual([{ type: "drain", delayMs }]);
    await health.close();
  }
});

test("each target has its own answer, whatever was asked before", () => {
  const health = createHealth({ clock: createVirtualClock(), expect: ["index"] });
  const platform = { accept: () => null, request: () => expect.fail() };
  const ask = (target: string): string | undefined => internalsOf(health).ask("GET", target, undefined, platform)?.body;
  const targets = ["", "/status", "/status", "/other", "/status", "/status/live", "/status/live", "/other", ""];
  const [down, up] = ["INDEX-NOT-LOADED", "I-AM-ALIVE"];
  expect(targets.map(ask)).toEqual([undefined, down, down, undefined, down, up, up, undefined, undefined]);
});

test("the record of a health without heartbeats and without a fleet says so", () => {
  const health = createHealth({ clock: createVirtualClock() });
  expect(health.snapshot()).toMatchObject({ draining: false, resources: [], missing: [], heartbeats: [] });
  expect(health.snapshot().fleet).toBe(undefined);
});
