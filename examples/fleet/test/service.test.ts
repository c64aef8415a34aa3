import { afterEach, beforeEach, expect, test } from "vitest";
import { byVersion } from "health-state";
import { fleetStatus, memoryFleet, type FleetStatus, type FleetStore } from "health-state/fleet";
import { createVirtualClock, type VirtualClock } from "health-state/testing";
import { factsOf } from "../src/replica/facts.ts";
import { createService, GROUP, type Service } from "../src/replica/service.ts";
import { pricesOf, type Quality } from "../src/source/prices.ts";
import { isInAlone, standOf } from "../src/standing.ts";

let clock: VirtualClock;
let store: FleetStore;
let isStoreDead: boolean;
let isSourceDead: boolean;
let published: Quality[];
let services: readonly Service[];
let takers: Set<string>;
let found: string[];

beforeEach(async () => {
  clock = createVirtualClock();
  const memory = memoryFleet({ clock });
  const call = <R>(answer: () => PromiseLike<R>): PromiseLike<R> =>
    isStoreDead ? Promise.reject(new Error("the store is dead")) : answer();
  store = {
    beat: (group, beat) => call(() => memory.beat(group, beat)),
    read: (group) => call(() => memory.read(group)),
    write: (group, note) => call(() => memory.write(group, note)),
  };
  [isStoreDead, isSourceDead, published, takers, found] = [false, false, ["good"], new Set(), []];
  services = ["r1", "r2", "r3", "r4", "r5"].map((name) => createService({ ...partsOf(name), store, clock }));
  for (const { health } of services) {
    // Somebody listens, so failed loads are not printed.
    health.subscribe(() => {});
    health.start();
  }
  await play(15);
});
afterEach(() => Promise.all(services.map(({ health }) => health.close())));

function partsOf(name: string): Pick<Parameters<typeof createService>[0], "name" | "source" | "onBad"> {
  const source = byVersion({
    addressed: true,
    version: () => {
      if (isSourceDead) throw new Error("the source is dead");
      return { revision: `v${published.length}` };
    },
    load: (revision) => {
      takers.add(`${name} ${revision}`);
      const number = Number(revision.slice(1));
      return pricesOf(published[number - 1] ?? "empty", number);
    },
  });
  return { name, source, onBad: (revision) => found.push(`${name} ${revision}`) };
}

/** Lets time pass while each replica that is ready sells. */
async function play(seconds: number): Promise<void> {
  for (let half = 0; half < 2 * seconds; half++) {
    await clock.advance(500);
    for (const service of services) if (factsOf(service).readiness.ok) service.sell();
  }
}

const standings = (): readonly string[] => services.map((service) => standOf(true, factsOf(service)).standing).sort();
const revisions = (): readonly (string | undefined)[] => services.map((service) => factsOf(service).revision);
const status = (): Promise<FleetStatus> => fleetStatus(store, GROUP);
const takersOf = (revision: string): number => [...takers].filter((one) => one.endsWith(` ${revision}`)).length;

const ALL_IN = ["in", "in", "in", "in", "in"];
const ALL_HELD_IN = ["held in", "held in", "held in", "held in", "held in"];
const ONE_LEFT = ["held in", "held in", "held in", "held in", "on leave"];

test("all are in after the first loads, and all hold the first revision", async () => {
  expect(standings()).toEqual(ALL_IN);
  expect(new Set(revisions())).toEqual(new Set(["v1"]));
  expect((await status()).rollouts).toMatchObject([{ resource: "prices", stable: "v1" }]);
});

test("with the source dead one of five leaves, and the others are held in, until it is back", async () => {
  isSourceDead = true;
  await play(20);
  expect(standings()).toEqual(ONE_LEFT);
  expect(services.filter((service) => isInAlone(factsOf(service)))).toEqual([]);
  expect((await status()).replicas.filter(({ leave }) => leave)).toHaveLength(1);
  await play(60);
  expect(standings()).toEqual(ONE_LEFT);
  isSourceDead = false;
  await play(10);
  expect(standings()).toEqual(ALL_IN);
});

test("with the store dead too the leave ends, and nobody is out", async () => {
  isSourceDead = true;
  await play(20);
  isStoreDead = true;
  await play(10);
  expect(standings()).toEqual(ALL_HELD_IN);
});

test("a bad revision is taken by one, which finds it bad and goes back, and is refused for all", async () => {
  published.push("bad");
  await play(30);
  expect([takersOf("v2"), found.length, new Set(revisions())]).toEqual([1, 1, new Set(["v1"])]);
  expect((await status()).rollouts).toMatchObject([{ stable: "v1", refused: [{ revision: "v2", how: "failed" }] }]);
  expect(services.map((service) => factsOf(service).behind)).toEqual(["v2", "v2", "v2", "v2", "v2"]);
});

test("an empty revision is held by nobody", async () => {
  published.push("empty");
  await play(30);
  expect([takersOf("v2"), found.length, new Set(revisions())]).toEqual([1, 1, new Set(["v1"])]);
  expect((await status()).rollouts).toMatchObject([{ refused: [{ revision: "v2", how: "rejected" }] }]);
});

test("a good revision is taken by one, then by three, then by all", async () => {
  published.push("good");
  const counts = [];
  for (let second = 0; second < 40; second++) {
    await play(1);
    counts.push(revisions().filter((revision) => revision === "v2").length);
  }
  expect(counts.filter((count) => count === 1).length).toBeGreaterThan(4);
  expect(counts.filter((count) => count === 3).length).toBeGreaterThan(4);
  expect(counts.at(-1)).toBe(5);
  expect((await status()).rollouts).toMatchObject([{ stable: "v2", refused: [] }]);
});

test("with the store dead nothing new is taken for three soaks, and then by all", async () => {
  isStoreDead = true;
  await play(5);
  published.push("good");
  await play(12);
  expect(takersOf("v2")).toBe(0);
  await play(15);
  expect(new Set(revisions())).toEqual(new Set(["v2"]));
});
