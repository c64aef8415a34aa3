import { describe, expect, test } from "vitest";
import { fleet, memoryFleet, type FleetStore } from "../../src/fleet/index.ts";
import { createGate, createHealth, onRequest } from "../../src/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import { createWorld, type World, type WorldReplica } from "./world.ts";

/** So many replicas that have loaded, on a source that works. */
async function startedWorld(count: number, options: Parameters<typeof createWorld>[0] = {}): Promise<World> {
  const world = createWorld(options);
  for (let at = 0; at < count; at++) world.add();
  await world.clock.advance("20s");
  return world;
}

const standings = (world: World): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const replica of world.live()) counts[replica.standing()] = (counts[replica.standing()] ?? 0) + 1;
  return counts;
};

/** Past `refuseAfter`, with time for every replica to have asked. */
async function outage(world: World): Promise<void> {
  world.sourceUp = false;
  await world.clock.advance("2m");
}

const word = async (replica: WorldReplica): Promise<string> => {
  const answer = replica.health.fetch(new Request("http://replica/status"));
  return `${answer.status} ${await answer.text()} ${answer.headers.get("health-state")}`;
};

describe("leaving (FLEET 1)", () => {
  test("when the source dies for everybody, a tenth leaves and the rest stays in, visibly STALE", async () => {
    const world = await startedWorld(20);
    expect(standings(world)).toEqual({ in: 20 });
    await outage(world);
    expect(standings(world)).toEqual({ "held-in": 18, "stale-out": 2 });
    const words = await Promise.all(world.replicas.map(word));
    expect(words.sort()).toEqual([
      ...Array.from({ length: 18 }, () => "200 I-AM-ALIVE STALE"),
      ...Array.from({ length: 2 }, () => "503 INDEX-STALE STALE"),
    ]);
  });

  test("the detailed forms say that a replica is held in", async () => {
    const world = await startedWorld(1);
    await outage(world);
    const health = world.replicas[0]?.health;
    const text = await health?.fetch(new Request("http://replica/status?verbose")).text();
    expect(text).toMatch(/^\[\+\]fleet ok \(held in\)$/m);
    const accept = { headers: { accept: "application/json" } };
    const json: unknown = await health?.fetch(new Request("http://replica/status", accept)).json();
    expect(json).toMatchObject({ status: "warn", output: "held in by the fleet" });
  });

  test("a lone stale replica is out within one beat and a round trip", async () => {
    const world = await startedWorld(5);
    const [first] = world.replicas;
    if (first) first.sourceUp = false;
    await world.clock.advance("40s");
    // Until the very moment at which it is too old.
    while ((first?.index.snapshot().age ?? 0) <= 90_000) await world.clock.advance(50);
    await world.clock.advance(5_500 + 25);
    expect(first?.standing()).toBe("stale-out");
    expect(standings(world)).toEqual({ in: 4, "stale-out": 1 });
    if (first) first.sourceUp = true;
    await world.clock.advance("40s");
    expect(standings(world)).toEqual({ in: 5 });
  });

  test("a group of one stays in, and one of a group always does, however large the budget is", async () => {
    const one = await startedWorld(1);
    await outage(one);
    expect(standings(one)).toEqual({ "held-in": 1 });
    const all = await startedWorld(6, { fleet: { leave: "100%" } });
    await outage(all);
    expect(standings(all)).toEqual({ "held-in": 1, "stale-out": 5 });
  });

  test("the oldest data leaves first", async () => {
    const world = await startedWorld(10, { fleet: { leave: 3 } });
    const [a, b, c] = world.replicas;
    for (const early of [a, b, c]) if (early) early.sourceUp = false;
    await world.clock.advance("60s");
    await outage(world);
    expect(world.replicas.filter((replica) => replica.standing() === "stale-out")).toEqual([a, b, c]);
  });

  test("a draining replica and one that is not loaded share the budget", async () => {
    const world = await startedWorld(20);
    world.replicas[0]?.health.drain();
    const joined = world.add();
    joined.sourceUp = false;
    await outage(world);
    expect(standings(world)).toEqual({ "held-in": 19, out: 2 });
    void world.replicas[0]?.health.close();
    await world.clock.advance("1s");
    world.replicas[0]?.kill();
    await world.clock.advance("10s");
    expect(standings(world)).toEqual({ "held-in": 18, "stale-out": 1, out: 1 });
  });

  test("without an answer of the store nobody goes out, and who is out comes in when the lease ends", async () => {
    const world = await startedWorld(20);
    await outage(world);
    expect(standings(world)).toEqual({ "held-in": 18, "stale-out": 2 });
    world.setMode("gone");
    await world.clock.advance("9s");
    expect(standings(world)).toEqual({ "held-in": 18, "stale-out": 2 });
    await world.clock.advance("11s");
    expect(standings(world)).toEqual({ "held-in": 20 });
    expect(world.replicas.map(({ health }) => health.snapshot().fleet?.store)).toEqual(
      world.replicas.map(() => "gone"),
    );
    world.setMode("ok");
    await world.clock.advance("30s");
    expect(standings(world)).toEqual({ "held-in": 18, "stale-out": 2 });
    // The two that were out may be the two that leave again.
    for (const { events } of world.replicas) {
      const types = events.map(({ type }) => type);
      expect(types.filter((type) => type.startsWith("store-"))).toEqual(["store-gone", "store-back"]);
      expect(types.filter((type) => type === "held-in").length).toBeLessThanOrEqual(2);
    }
  });

  test("an answer that comes later than within is not used", async () => {
    const world = await startedWorld(20);
    world.setMode("slow");
    await outage(world);
    expect(standings(world)).toEqual({ "held-in": 20 });
  });

  test("a replica that hangs on one call sends no other, and its store counts as gone after three beats", async () => {
    const world = createWorld();
    let calls = 0;
    const store = world.store;
    Object.assign(world, {
      store: {
        ...store,
        beat: (...args: Parameters<typeof store.beat>) => {
          calls++;
          return store.beat(...args);
        },
      },
    });
    const replica = world.add();
    await world.clock.advance("20s");
    world.setMode("hung");
    const before = calls;
    await world.clock.advance("1m");
    expect(calls - before).toBe(1);
    expect(replica.events.map(({ type }) => type)).toEqual(["store-gone"]);
    world.setMode("ok");
    await world.clock.advance("6s");
    expect(replica.events.map(({ type }) => type)).toEqual(["store-gone", "store-back"]);
  });

  test("a replica that has never been ready is held in only while nobody else is in", async () => {
    const world = await startedWorld(3, { refreshEvery: 30_000, loadMs: 1 });
    await outage(world);
    expect(standings(world)).toEqual({ "held-in": 2, "stale-out": 1 });
    const late = world.add();
    const { index } = late;
    // A value that is too old on arrival.
    await world.clock.advance("1s");
    expect(index.snapshot().state).toBe("NOT_LOADED");
  });

  test("a store in memory numbers the replicas, so that their names are the same in each run", () => {
    const store = memoryFleet();
    const names = ["web", "web", undefined].map((replica) => {
      const group = fleet(store, { group: "matcher", ...(replica !== undefined && { replica }) });
      return createHealth({ fleet: group }).snapshot().fleet?.replica;
    });
    expect(names).toEqual(["web-00000001", "web-00000002", expect.stringMatching(/-00000003$/)]);
    const { nameOf: _, ...verbs } = store;
    const health = createHealth({ fleet: fleet(verbs, { group: "matcher", replica: "web" }) });
    expect(health.snapshot().fleet?.replica).toMatch(/^web-[0-9a-f]{8}$/);
    expect(health.snapshot().fleet?.replica).not.toBe("web-00000004");
  });

  test("a clock that is an hour off changes nothing", async () => {
    const world = await startedWorld(20);
    await outage(world);
    for (const replica of world.replicas) replica.jump(3_600_000);
    await world.clock.advance("20s");
    expect(standings(world)).toEqual({ "held-in": 18, "stale-out": 2 });
  });

  test("a flush gives no new leave for a ttl, and renews for who still has one", async () => {
    const world = await startedWorld(20);
    await outage(world);
    const out = world.replicas.filter((replica) => replica.standing() === "stale-out");
    world.flush();
    for (let at = 0; at < 60; at++) {
      await world.clock.advance("1s");
      expect(world.replicas.filter((replica) => replica.standing() === "stale-out")).toEqual(out);
    }
  });
});

test("a resource's own gate is asked before the fleet's (DATA 6)", async () => {
  const clock = createVirtualClock();
  const store = memoryFleet({ clock });
  const asked: string[] = [];
  const watched: FleetStore = {
    ...store,
    beat: (group, beat) => {
      asked.push(...beat.turns.map(({ wants }) => wants));
      return store.beat(group, beat);
    },
  };
  const health = createHealth({ clock, fleet: fleet(watched, { group: "g", loads: 1 }) });
  let give = (_release: () => void): void => {};
  const index = health.resource("index", {
    load: () => ({}),
    gate: createGate(() => new Promise((resolve) => (give = resolve))),
    gateWait: "10m",
    staleAfter: "1h",
  });
  health.start();
  await clock.advance("1m");
  expect([asked, index.snapshot().state]).toEqual([[], "NOT_LOADED"]);
  give(() => {});
  await clock.advance("1m");
  expect([asked[0], index.snapshot().state]).toEqual(["waits", "READY"]);
  await health.close();
});

test("in request mode a fleet is refused at construction (DATA 6)", () => {
  const made = (): unknown => createHealth({ refresh: onRequest(), fleet: fleet(memoryFleet(), { group: "g" }) });
  expect(made).toThrow(expect.objectContaining({ code: "HS_WRONG_MODE" }));
});
