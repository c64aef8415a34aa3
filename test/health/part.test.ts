import { expect, test } from "vitest";
import { createHealth, type Health, type HealthEvent } from "../../src/index.ts";
import type { FleetRecord, HealthPart, HealthPartHost } from "../../src/health/health-part.ts";
import { addPart } from "../../src/resource/add-part.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/index.ts";
import { outcome, PENDING } from "../resource/kit.ts";

const RECORD: FleetRecord = { group: "g", replica: "r", store: "ok", heldIn: false, out: false, place: undefined };

interface World {
  readonly clock: VirtualClock;
  readonly health: Health;
  readonly host: HealthPartHost;
  /** What the part was asked and told. */
  readonly log: string[];
  /** Whether the part keeps the replica in. */
  holdsIn: boolean;
}

/** A health with a part, as the fleet is one. */
function createWorld(part: Partial<HealthPart> = {}): World {
  const clock = createVirtualClock();
  const log: string[] = [];
  let host: HealthPartHost | undefined;
  const world = { clock, log, holdsIn: false };
  const health = createHealth({
    clock,
    fleet: {
      attach: (given) => {
        host = given;
        return {
          gate: undefined,
          holdsIn: () => world.holdsIn,
          begin: () => void log.push("begin"),
          changed: () => void log.push("changed"),
          close: () => Promise.resolve(),
          snapshot: () => RECORD,
          ...part,
        };
      },
    },
  });
  if (!host) throw new Error("the part was not attached");
  return Object.assign(world, { health, host });
}

const status = (health: Health): string => {
  const { status: code, headers } = health.fetch(new Request("http://x/status"));
  return `${code} ${headers.get("health-state")}`;
};
const limits = { refreshEvery: "never", staleAfter: "10s", refuseAfter: "20s" } as const;

test("a part begins once, after the health, and is told of no change before that", async () => {
  const { clock, health, log, host } = createWorld();
  health.resource("index", { load: () => ({}) });
  expect([log, host.phase]).toEqual([[], "idle"]);
  health.start();
  health.start();
  expect([log.filter((one) => one === "begin"), log.at(0), host.phase]).toEqual([["begin"], "changed", "running"]);
  log.splice(0);
  await clock.settle();
  expect(log).toContain("changed");
  await health.close();
});

test("a part holds in a replica whose data is past refuseAfter, and no other", async () => {
  const world = createWorld();
  const { clock, health } = world;
  const index = health.resource("index", { ...limits, load: () => ({}) });
  health.start();
  world.holdsIn = true;
  expect(status(health)).toBe("503 LOADING");
  await clock.settle();
  expect(status(health)).toBe("200 READY");
  await clock.advance(20_001);
  expect([status(health), health.snapshot().probes.readiness]).toEqual(["200 STALE", { ok: true, word: "I-AM-ALIVE" }]);
  world.holdsIn = false;
  expect([status(health), health.snapshot().probes.readiness]).toEqual([
    "503 STALE",
    { ok: false, word: "INDEX-STALE" },
  ]);
  world.holdsIn = true;
  index.unload();
  expect(status(health)).toBe("503 NOT_LOADED");
  await health.close();
});

test("what a part says anew is told, and ends the waits for readiness", async () => {
  const world = createWorld();
  const { clock, health, host } = world;
  health.resource("index", { ...limits, load: () => ({}) });
  const events: HealthEvent[] = [];
  health.subscribe((event) => event.type === "probe" && events.push(event));
  health.start();
  await clock.advance(20_001);
  events.splice(0);
  const waiting = health.whenReady();
  world.holdsIn = true;
  expect(await outcome(waiting)).toBe(PENDING);
  host.afterChange();
  expect(await outcome(waiting)).toEqual({ value: undefined });
  expect(events).toEqual([{ type: "probe", probe: "readiness", from: "INDEX-STALE", word: "I-AM-ALIVE" }]);
  await health.close();
});

test("close() waits for the part, and for what is disposed of", async () => {
  let leave = (): void => {};
  const { clock, health } = createWorld({ close: () => new Promise((resolve) => (leave = resolve)) });
  let dispose = (): void => {};
  const index = health.resource("index", {
    load: () => ({}),
    dispose: () => new Promise<void>((resolve) => (dispose = resolve)),
  });
  await index.get();
  const closed = health.close();
  await clock.settle();
  leave();
  expect(await outcome(closed)).toBe(PENDING);
  dispose();
  expect(await outcome(closed)).toEqual({ value: undefined });
  const other = createWorld({ close: () => new Promise((resolve) => (leave = resolve)) });
  const second = other.health.close();
  await other.clock.settle();
  expect(await outcome(second)).toBe(PENDING);
  leave();
  expect(await outcome(second)).toEqual({ value: undefined });
});

test("the gate of a part is asked before each load of a resource, and never for a check", async () => {
  const asked: string[] = [];
  const { clock, health } = createWorld({
    gate: { attach: (resource) => addPart(resource, { beforeLoad: () => asked.push(resource.name) < 0 }, "last") },
  });
  const index = health.resource("index", { load: () => ({}) });
  health.check("database", { run: () => true });
  health.start();
  await clock.settle();
  await index.reload();
  expect(asked).toEqual(["index", "index"]);
  await health.close();
});

test("a part finds the resources, their worst rank and liveness, and its record is in the snapshot", async () => {
  const { clock, health, host } = createWorld();
  health.resource("index", { load: () => ({}) });
  expect([host.resources.map(({ name }) => name), host.worst, host.livenessOutcome]).toEqual([
    ["index"],
    "notLoaded",
    "ok",
  ]);
  health.start();
  await clock.settle();
  expect([host.worst, health.snapshot().fleet]).toEqual(["ready", RECORD]);
  await health.close();
  expect(host.worst).toBe("notLoaded");
});

test("the entry of a part is polled and ticked by the one timer, and its events are told, frozen", async () => {
  const { clock, health, host } = createWorld();
  const events: HealthEvent[] = [];
  health.subscribe((event) => events.push(event));
  health.start();
  await clock.settle();
  events.splice(0);
  const log: string[] = [];
  const entry = {
    at: Infinity,
    place: -1,
    poll: () => (log.push("poll"), Infinity),
    tick: () => {
      log.push("tick");
      host.announce({ type: "left", group: "g", replica: "r" });
    },
  };
  host.scheduler.put(entry, host.now() + 1_000);
  await clock.advance(999);
  expect(log).toEqual([]);
  await clock.advance(1);
  expect([log, events]).toEqual([["poll", "tick"], [{ type: "left", group: "g", replica: "r" }]]);
  expect(events.every(Object.isFrozen)).toBe(true);
  host.scheduler.put(entry, host.now() + 1_000);
  host.scheduler.put(entry, Infinity);
  await clock.settle();
  expect(clock.timers).toBe(0);
  await health.close();
});
