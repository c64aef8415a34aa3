import { expect, test } from "vitest";
import { createHealth, heartbeat, onRequest, type Driver, type Health, type HealthEvent } from "../../src/index.ts";
import { registryOf } from "../../src/health/registry-of.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/index.ts";
import { refused } from "../kit/refused.ts";
import { outcome } from "../resource/kit.ts";

interface World {
  readonly clock: VirtualClock;
  readonly health: Health;
  /** The words and the drain, as they were told. */
  readonly told: string[];
}

function createWorld(refresh?: Driver): World {
  const clock = createVirtualClock();
  const health = createHealth({ clock, refresh });
  const told: string[] = [];
  health.subscribe((event: HealthEvent) => {
    if (event.type === "probe") told.push(`${event.probe} ${event.from}>${event.word}`);
    if (event.type === "drain") told.push(`drain ${event.delayMs}`);
  });
  return { clock, health, told };
}

const load = (): object => ({});
const never = (): Promise<object> => new Promise(() => {});
const ask = (health: Health, path = "/status"): string => {
  const { status, headers } = health.fetch(new Request(`http://x${path}`));
  return `${status} ${headers.get("health-state")} ${headers.get("retry-after")}`;
};

test("a resource that comes while the health runs is loaded at once, and readiness waits for it", async () => {
  const { clock, health, told } = createWorld();
  health.start();
  await clock.settle();
  expect(ask(health)).toBe("200 READY null");
  const index = health.resource("index", { load });
  expect([index.snapshot().state, ask(health)]).toEqual(["NOT_LOADED", "503 NOT_LOADED 1"]);
  await clock.settle();
  expect([index.snapshot().state, ask(health), told]).toEqual([
    "READY",
    "200 READY null",
    [
      "readiness I-AM-ALIVE>INDEX-NOT-LOADED",
      "startup I-AM-ALIVE>INDEX-NOT-LOADED",
      "readiness INDEX-NOT-LOADED>I-AM-ALIVE",
      "startup INDEX-NOT-LOADED>I-AM-ALIVE",
    ],
  ]);
  await health.close();
});

test("startup never depends on a check, though readiness may", async () => {
  const { clock, health } = createWorld();
  health.check("database", { run: () => false, required: true });
  health.start();
  await clock.settle();
  expect([ask(health, "/status/startup"), ask(health)]).toEqual(["200 NOT_LOADED null", "503 NOT_LOADED 1"]);
  await health.close();
});

test("a resource that comes in a drain is never loaded, and readiness says so at once", async () => {
  const { clock, health, told } = createWorld();
  health.start();
  health.drain({ delayMs: 5 });
  await clock.settle();
  told.splice(0);
  const index = health.resource("index", { load });
  await clock.advance("1h");
  expect([index.snapshot().state, ask(health), told]).toEqual([
    "NOT_LOADED",
    "503 NOT_LOADED 5",
    ["readiness INDEX-DRAINING>INDEX-NOT-LOADED", "startup I-AM-ALIVE>INDEX-NOT-LOADED"],
  ]);
  await health.close();
});

test("before the start nothing is told, and no resource is loaded", async () => {
  const { clock, health, told } = createWorld();
  // Readiness does not depend on the check, so the health is ready as long as there is no index.
  const database = health.check("database", { run: () => true });
  await clock.advance("1h");
  const index = health.resource("index", { load });
  index.invalidate();
  await clock.advance("1h");
  expect([database, index].map((one) => one.snapshot().state)).toEqual(["NOT_LOADED", "NOT_LOADED"]);
  expect([told, clock.timers]).toEqual([[], 0]);
  await health.close();
});

test("after close() no resource may come", async () => {
  const { health } = createWorld();
  await health.close();
  expect(() => health.resource("late", { load })).toThrow(
    refused('health-state: the health is closed. Register "late" before close(), or create a new health.', "HS_CLOSED"),
  );
});

test("a resource that is closed counts no more, and frees its name", async () => {
  const { clock, health, told } = createWorld();
  health.resource("index", { load });
  const other = health.resource("other", { load: never });
  health.start();
  await clock.settle();
  expect(ask(health)).toBe("503 LOADING 5");
  other.close();
  await clock.settle();
  expect([ask(health), told]).toEqual([
    "200 READY null",
    ["readiness INDEX-NOT-LOADED>I-AM-ALIVE", "startup INDEX-NOT-LOADED>I-AM-ALIVE"],
  ]);
  // What the closed one does is nobody's business any more.
  other.invalidate();
  other.unload();
  await clock.settle();
  expect([told.length, health.snapshot().resources.map(({ name }) => name)]).toEqual([2, ["index"]]);
  health.resource("other", { load });
  await health.close();
});

test("the drain is told once, and neither a second drain nor close() tells it again", async () => {
  const { clock, health, told } = createWorld();
  health.start();
  await clock.settle();
  health.drain({ delayMs: 10 });
  health.drain({ delayMs: 20 });
  await clock.settle();
  expect([told, ask(health)]).toEqual([["drain 10", "readiness I-AM-ALIVE>INDEX-DRAINING"], "503 READY 5"]);
  await health.close();
  await clock.settle();
  expect(told.filter((one) => one.startsWith("drain"))).toEqual(["drain 10"]);
});

test("close() without a drain tells a drain of no delay, once, and a drain after it nothing", async () => {
  const { clock, health, told } = createWorld();
  health.start();
  await clock.settle();
  const closed = health.close();
  expect(health.close()).toBe(closed);
  await closed;
  health.drain({ delayMs: 20 });
  await clock.settle();
  expect(told).toEqual(["drain 0", "readiness I-AM-ALIVE>INDEX-NOT-LOADED", "startup I-AM-ALIVE>INDEX-NOT-LOADED"]);
  expect(health.snapshot()).toMatchObject({
    draining: true,
    probes: { readiness: { ok: false }, startup: { ok: false }, liveness: { ok: true } },
  });
});

test("a closed health answers as one that has nothing, and lives", async () => {
  const { clock, health } = createWorld();
  health.resource("index", { load });
  heartbeat(health, "loop", { within: 1 })();
  health.start();
  await clock.advance("1m");
  expect([ask(health), ask(health, "/status/live"), ask(health, "/status/startup")]).toEqual([
    "200 READY null",
    "503 null 5",
    "200 READY null",
  ]);
  await health.close();
  expect([ask(health), ask(health, "/status/live"), ask(health, "/status/startup")]).toEqual([
    "503 NOT_LOADED 5",
    "200 null null",
    "503 NOT_LOADED 5",
  ]);
});

test("an overdue heartbeat is told while nobody asks, and so is its end", async () => {
  const { clock, health, told } = createWorld();
  health.start();
  const beat = heartbeat(health, "loop", { within: "10s" });
  beat();
  await clock.advance(10_001);
  expect(told).toEqual(["liveness I-AM-ALIVE>WEDGED"]);
  beat();
  await clock.settle();
  expect(told.slice(1)).toEqual(["liveness WEDGED>I-AM-ALIVE"]);
  await health.close();
});

test("a heartbeat that comes after close() counts for nothing", async () => {
  const { clock, health } = createWorld();
  await health.close();
  heartbeat(health, "loop", { within: 1 })();
  await clock.advance("1m");
  expect(ask(health, "/status/live")).toBe("200 null null");
});

test("startup says that it has not loaded", async () => {
  const { health } = createWorld();
  health.resource("index", { load: never });
  expect(registryOf(health).startup()).toMatchObject({ ok: false, outcome: "notLoaded", retryAfter: 1 });
  await health.close();
});

test("who hears of the drain first finds that no attempt is planned any more", async () => {
  const { clock, health } = createWorld();
  health.resource("index", { load: () => Promise.reject(new Error("down")) });
  health.start();
  await clock.settle();
  const seen = [ask(health)];
  health.drainSignal.addEventListener("abort", () => seen.push(ask(health)));
  health.drain();
  expect(seen).toEqual(["503 NOT_LOADED 1", "503 NOT_LOADED 5"]);
  await health.close();
});

test("a startup probe latches startup, though nothing was registered yet", async () => {
  const { clock, health } = createWorld();
  expect(ask(health, "/status/startup")).toBe("200 READY null");
  health.resource("index", { load: never });
  await clock.settle();
  expect(ask(health, "/status/startup")).toBe("200 LOADING null");
  await health.close();
});

test("the record of a health latches nothing", async () => {
  const { health } = createWorld();
  expect(health.snapshot().probes.startup.ok).toBe(true);
  health.resource("index", { load: never });
  expect(health.snapshot().probes.startup.ok).toBe(false);
  await health.close();
});

test("a wait for readiness that is refused says the worst state, and when to try again", async () => {
  const { clock, health } = createWorld();
  health.resource("index", { load: never });
  const waiting = health.whenReady();
  await clock.settle();
  health.drain();
  const error = expect.objectContaining({ state: "LOADING", reason: "draining", retryAfter: 5, resource: undefined });
  expect(await outcome(waiting)).toEqual({ error });
  expect(await outcome(health.whenReady())).toEqual({ error });
  await health.close();
  const closed = expect.objectContaining({ state: "NOT_LOADED", reason: "closed", retryAfter: 5 });
  expect(await outcome(health.whenReady())).toEqual({ error: closed });
  const other = createWorld();
  other.health.resource("index", { load: never });
  const still = other.health.whenReady();
  await other.clock.settle();
  void other.health.close();
  expect(await outcome(still)).toEqual({ error: closed });
});

test("a wait for readiness ends with its signal", async () => {
  const { clock, health } = createWorld();
  health.resource("index", { load: never });
  const controller = new AbortController();
  const waiting = health.whenReady({ signal: controller.signal });
  await clock.settle();
  controller.abort("gone");
  expect(await outcome(waiting)).toEqual({ error: expect.objectContaining({ reason: "aborted", cause: "gone" }) });
  await health.close();
});

test("a wait that its signal ended while the health is ready may be tried again after 5 s", async () => {
  const { health } = createWorld();
  health.start();
  expect(registryOf(health).notReady("aborted", "gone")).toMatchObject({
    state: "READY",
    reason: "aborted",
    retryAfter: 5,
    cause: "gone",
  });
  await health.close();
});

test("in request mode no timer is set, and a request alone starts a load", async () => {
  const { clock, health } = createWorld(onRequest());
  const index = health.resource("index", { load, refreshEvery: "10s" });
  health.start();
  await clock.advance("1m");
  expect([clock.timers, index.peek()]).toEqual([0, undefined]);
  const got = index.get();
  await clock.settle();
  expect(await outcome(got)).toEqual({ value: {} });
  expect(clock.timers).toBe(0);
  await health.close();
});

test("waits keep the process alive, and nothing else does", async () => {
  const { clock, health } = createWorld();
  const index = health.resource("index", { load: never, timeout: "1h" });
  health.start();
  await clock.settle();
  expect([clock.timers, clock.holding]).toEqual([1, 0]);
  const waiting = index.get();
  await clock.settle();
  expect([clock.timers, clock.holding]).toEqual([1, 1]);
  health.drain();
  await outcome(waiting);
  await clock.settle();
  expect(clock.holding).toBe(0);
  await health.close();
});
