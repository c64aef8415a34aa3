import { describe, expect, test } from "vitest";
import {
  fleet,
  memoryFleet,
  pinRevision,
  retryRevision,
  rollout,
  unpinRevision,
  fleetStatus,
  type Fleet,
  type FleetOptions,
  type FleetStore,
} from "../../src/fleet/index.ts";
import { byVersion, createHealth, type Health, type Resource } from "../../src/index.ts";
import { chanceOf } from "./chance.ts";
import { createHeapClock, type HeapClock } from "./heap-clock.ts";
import { createWorld } from "./world.ts";

const ORDER = { group: "matcher", resource: "index" };

interface Replica {
  readonly clock: HeapClock;
  readonly part: Fleet;
  readonly isUp: () => boolean;
  readonly refuseAfter?: string;
}

/** A replica whose source is up or down. */
function startReplica({ clock, part, isUp, refuseAfter = "30s" }: Replica): Health {
  const health = createHealth({ clock, fleet: part });
  health.subscribe(() => {});
  health.resource("index", {
    load() {
      if (!isUp()) throw new Error("the source is down");
      return {};
    },
    refreshEvery: "10s",
    staleAfter: "30s",
    refuseAfter,
  });
  health.start();
  return health;
}

interface Member {
  readonly health: Health;
  readonly index: Resource<{ readonly revision: string }>;
}

interface Kit {
  readonly clock: HeapClock;
  readonly members: Member[];
  readonly store: () => FleetStore;
  flush(): void;
  announced: string;
  /** How long a load takes, in ms. */
  loadMs: number;
  /** What validate says. */
  isGood: (revision: string) => boolean;
  /** What cannot be loaded. */
  isTorn: (revision: string) => boolean;
  held(): Record<string, number>;
}

/** Replicas that roll out. */
async function createKit(count: number, options: Partial<FleetOptions> = {}): Promise<Kit> {
  const chance = chanceOf(9);
  const clock = createHeapClock(chance);
  let memory = memoryFleet({ clock });
  const kit: Kit = {
    clock,
    members: [],
    store: () => memory,
    flush: () => void (memory = memoryFleet({ clock })),
    announced: "v1",
    loadMs: 0,
    isGood: () => true,
    isTorn: () => false,
    held() {
      const counts: Record<string, number> = {};
      for (const { index } of kit.members) {
        const revision = index.peek()?.revision ?? "none";
        counts[revision] = (counts[revision] ?? 0) + 1;
      }
      return counts;
    },
  };
  for (let at = 0; at < count; at++) {
    const group = fleet(
      {
        beat: (name, beat) => memory.beat(name, beat),
        read: (name) => memory.read(name),
        write: (name, note) => memory.write(name, note),
      },
      { group: "matcher", replica: `r${at}`, ...options },
    );
    const health = createHealth({ clock, fleet: group });
    health.subscribe(() => {});
    const source = byVersion({
      version: () => ({ revision: kit.announced }),
      async load(revision: string) {
        await new Promise<void>((resolve) => void clock.setTimer(resolve, kit.loadMs, false));
        if (kit.isTorn(revision)) throw new Error("the file is torn");
        return { revision };
      },
      addressed: true,
    });
    const index = health.resource<{ readonly revision: string }>("index", {
      load: rollout(source, { fleet: group, soak: "1m" }),
      validate: ({ revision }) => kit.isGood(revision),
      refreshEvery: "30s",
      staleAfter: "2m",
      refuseAfter: "3m",
    });
    kit.members.push({ health, index });
    health.start();
  }
  await clock.advance("1m");
  expect(kit.held()).toEqual({ v1: count });
  return kit;
}

const wordOf = ({ health }: Member): string => {
  const { status, headers } = health.fetch(new Request("http://replica/status"));
  return `${status} ${headers.get("health-state")}`;
};

describe("a revision that is tried again after it was rejected (FLEET 3)", () => {
  /** A rejected revision that its publisher has mended. */
  async function mendedKit(): Promise<Kit> {
    const kit = await createKit(6);
    kit.isGood = (revision) => revision !== "v2";
    kit.announced = "v2";
    await kit.clock.advance("5m");
    expect(kit.held()).toEqual({ v1: 6 });
    expect((await fleetStatus(kit.store(), "matcher")).rollouts).toMatchObject([{ refused: [{ revision: "v2" }] }]);
    kit.isGood = () => true;
    return kit;
  }

  test("is not rejected again while its load takes longer than a beat", async () => {
    const kit = await mendedKit();
    kit.loadMs = 20_000;
    expect(await retryRevision(kit.store(), { ...ORDER, revision: "v2" })).toBe(true);
    for (let at = 0; at < 60; at++) {
      await kit.clock.advance("1s");
      expect((await fleetStatus(kit.store(), "matcher")).rollouts).toMatchObject([{ refused: [] }]);
    }
    await kit.clock.advance("20m");
    expect(kit.held()).toEqual({ v2: 6 });
  });

  test("is tried also if a replica asks its source before its next beat", async () => {
    const kit = await mendedKit();
    expect(await retryRevision(kit.store(), { ...ORDER, revision: "v2" })).toBe(true);
    for (const { index } of kit.members) index.invalidate();
    await kit.clock.advance("20m");
    expect(kit.held()).toEqual({ v2: 6 });
  });

  test("is tried until a load succeeds, and a load that fails rejects nothing", async () => {
    const kit = await mendedKit();
    kit.isTorn = (revision) => revision === "v2";
    expect(await retryRevision(kit.store(), { ...ORDER, revision: "v2" })).toBe(true);
    await kit.clock.advance("2m");
    expect((await fleetStatus(kit.store(), "matcher")).rollouts).toMatchObject([
      { refused: [], trial: { revision: "v2" } },
    ]);
    kit.isTorn = () => false;
    await kit.clock.advance("20m");
    expect(kit.held()).toEqual({ v2: 6 });
  });

  test("is rejected again, for all and once, if it is still bad", async () => {
    const kit = await mendedKit();
    kit.isGood = (revision) => revision !== "v2";
    for (let at = 0; at < 3; at++) {
      expect(await retryRevision(kit.store(), { ...ORDER, revision: "v2" })).toBe(true);
      await kit.clock.advance("5m");
      const [status] = (await fleetStatus(kit.store(), "matcher")).rollouts;
      expect(status?.refused.map(({ revision }) => revision)).toEqual(["v2"]);
      expect(kit.held()).toEqual({ v1: 6 });
    }
    expect(kit.members.map(({ index }) => index.snapshot().state)).toEqual(kit.members.map(() => "READY"));
  });
});

describe("a pin that no replica can load (FLEET 3)", () => {
  test("lets at most the budget leave, keeps every value, and ends by unpin", async () => {
    const kit = await createKit(10);
    kit.isTorn = (revision) => revision === "v9";
    await pinRevision(kit.store(), { ...ORDER, revision: "v9" });
    for (let at = 0; at < 60; at++) {
      await kit.clock.advance("10s");
      expect(kit.members.filter((one) => wordOf(one).startsWith("503")).length).toBeLessThanOrEqual(1);
      expect(kit.held()).toEqual({ v1: 10 });
    }
    expect(kit.members.map(({ index }) => index.snapshot().state)).toEqual(kit.members.map(() => "STALE"));
    expect(kit.members[0]?.index.snapshot().lastError?.error).toMatchObject({ message: "the file is torn" });
    await unpinRevision(kit.store(), ORDER);
    await kit.clock.advance("2m");
    expect(kit.members.map(wordOf)).toEqual(kit.members.map(() => "200 READY"));
  });
});

describe("a flush during a rollout (FLEET 3)", () => {
  test("lets nobody but the first ones have a bad revision, and it is rejected again", async () => {
    const kit = await createKit(8);
    kit.isGood = (revision) => revision !== "v2";
    kit.announced = "v2";
    await kit.clock.advance("5m");
    for (let at = 0; at < 5; at++) {
      kit.flush();
      for (let second = 0; second < 60; second++) {
        await kit.clock.advance("1s");
        expect(kit.held()).toEqual({ v1: 8 });
      }
    }
    await kit.clock.advance("5m");
    expect((await fleetStatus(kit.store(), "matcher")).rollouts).toMatchObject([
      { stable: "v1", refused: [{ revision: "v2" }] },
    ]);
    expect(kit.members.map(({ index }) => index.snapshot().state)).toEqual(kit.members.map(() => "READY"));
  });

  test("a flush at any second of a soak never gives the revision to more than the step allows", async () => {
    for (let second = 0; second < 40; second += 6) {
      const kit = await createKit(6);
      kit.announced = "v2";
      await kit.clock.advance(40_000 + second * 1_000);
      const before = kit.held()["v2"] ?? 0;
      kit.flush();
      await kit.clock.advance("45s");
      expect({ second, v2: kit.held()["v2"] ?? 0 }).toEqual({ second, v2: Math.max(1, before) });
      await kit.clock.advance("20m");
      expect(kit.held()).toEqual({ v2: 6 });
    }
  });
});

describe("a store that is slow for an hour, and replicas that differ (FLEET 1)", () => {
  const standings = (world: ReturnType<typeof createWorld>): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const replica of world.live()) counts[replica.standing()] = (counts[replica.standing()] ?? 0) + 1;
    return counts;
  };

  test.each(["slow", "hung"] as const)(
    "with a store that is %s for an hour nobody is out, then the budget is",
    async (mode) => {
      const world = createWorld({ chance: chanceOf(4) });
      let running = 0;
      let most = 0;
      const { beat } = world.store;
      Object.assign(world.store, {
        async beat(...given: Parameters<typeof beat>) {
          most = Math.max(most, ++running);
          try {
            return await beat(...given);
          } finally {
            running--;
          }
        },
      });
      for (let at = 0; at < 10; at++) world.add();
      await world.clock.advance("1m");
      world.setMode(mode);
      world.sourceUp = false;
      await world.clock.advance("5m");
      for (let at = 0; at < 55; at++) {
        await world.clock.advance("1m");
        expect(standings(world)).toEqual({ "held-in": 10 });
      }
      // Each has one call under way.
      expect(most).toBeLessThanOrEqual(10);
      world.setMode("ok");
      // What had been under way arrives now, and gives nothing.
      await world.clock.advance(0);
      expect(standings(world)).toEqual({ "held-in": 10 });
      await world.clock.advance("1m");
      expect(standings(world)).toEqual({ "held-in": 9, "stale-out": 1 });
      for (const { events } of world.replicas)
        expect(events.filter(({ type }) => type.startsWith("store-")).map(({ type }) => type)).toEqual([
          "store-gone",
          "store-back",
        ]);
    },
  );

  test("replicas with different options: as many are out as the largest budget says, and one stays in", async () => {
    const clock = createHeapClock(chanceOf(8));
    const store = memoryFleet({ clock });
    let isUp = true;
    const given: readonly Partial<FleetOptions>[] = [
      { leave: 1 },
      { leave: 3, beat: "2s" },
      { leave: "50%", ttl: "1m" },
      { leave: 99, loads: 1 },
      { loads: 3, beat: "9s", within: "1s" },
      { replica: "{x}:\"'%\\*?[a]" },
    ];
    const healths = given.map((options) => {
      const part = fleet(store, { group: "matcher", ...options });
      return startReplica({ clock, part, isUp: () => isUp, refuseAfter: "1m" });
    });
    await clock.advance("2m");
    isUp = false;
    await clock.advance("30s");
    for (let at = 0; at < 120; at++) {
      await clock.advance("2s");
      const out = healths.filter((health) => health.fetch(new Request("http://r/status")).status === 503);
      expect(out.length).toBeLessThanOrEqual(5);
    }
    const { replicas } = await fleetStatus(store, "matcher");
    expect(replicas.map(({ out }) => out).filter((out) => !out).length).toBeGreaterThanOrEqual(1);
    expect(replicas).toHaveLength(6);
    isUp = true;
    await clock.advance("1m");
    expect(healths.map((health) => health.fetch(new Request("http://r/status")).status)).toEqual(
      healths.map(() => 200),
    );
  });

  test("two groups in one store have a budget each, also if one name begins with the other", async () => {
    const clock = createHeapClock(chanceOf(6));
    const store = memoryFleet({ clock });
    let isUp = true;
    const groups = ["a", "a-b"].map((group) =>
      Array.from({ length: 5 }, () =>
        startReplica({ clock, part: fleet(store, { group, replica: "web" }), isUp: () => isUp }),
      ),
    );
    await clock.advance("1m");
    isUp = false;
    await clock.advance("3m");
    for (const healths of groups) expect(healths.filter((health) => health.snapshot().fleet?.out)).toHaveLength(1);
  });
});
