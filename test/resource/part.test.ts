import { expect, test } from "vitest";
import { createHealth, onRequest, seed, type Health, type Resource } from "../../src/index.ts";
import { managedResourceOf } from "../../src/resource/managed-resource-of.ts";
import type { ManagedResource } from "../../src/resource/managed-resource.ts";
import { addPart } from "../../src/resource/add-part.ts";
import type { AnyAttachable, Part, PartHost } from "../../src/resource/part.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/index.ts";
import { outcome } from "./kit.ts";

interface World {
  readonly clock: VirtualClock;
  readonly health: Health;
  readonly index: Resource<object>;
  readonly managed: ManagedResource<object>;
  readonly log: string[];
}

/** A resource with parts that note what they are asked. `parts` are those of its options, in their order. */
function createWorld(
  parts: { readonly lastKnownGood?: Partial<Part>; readonly gate?: Partial<Part> },
  refresh?: "request",
): World {
  const clock = createVirtualClock();
  const health = createHealth({ clock, ...(refresh && { refresh: onRequest() }) });
  health.subscribe(() => {});
  const log: string[] = [];
  const partOf = (name: string, given: Partial<Part>): AnyAttachable => ({
    attach: <T>(resource: PartHost<T>): void => {
      log.push(`attach ${name} to ${resource.name}`);
      // Descriptors, because a part may have accessors.
      const asks: Part<T> = { beforeLoad: () => log.push(`ask ${name}`) < 0 };
      addPart(resource, Object.defineProperties(asks, Object.getOwnPropertyDescriptors(given)), "last");
    },
  });
  const made = Object.fromEntries(Object.entries(parts).map(([name, given]) => [name, partOf(name, given)]));
  let loads = 0;
  const index = health.resource<object>("index", {
    load: () => (log.push("load"), { n: ++loads }),
    refreshEvery: "never",
    ...made,
  });
  return { clock, health, index, managed: managedResourceOf(index), log };
}

/** A part that makes the load wait as long as `isHeld` says so. */
const holdingPart = (isHeld: () => boolean): Part<object> => ({
  get heldUntil() {
    return isHeld() ? Infinity : undefined;
  },
  beforeLoad: isHeld,
});

const start = async ({ health, clock }: World): Promise<void> => {
  health.start();
  await clock.settle();
};

test("stores are attached and asked before the gate, and both before the load", async () => {
  const world = createWorld({ gate: {}, lastKnownGood: {} });
  await start(world);
  expect(world.log).toEqual([
    "attach lastKnownGood to index",
    "attach gate to index",
    "ask lastKnownGood",
    "ask gate",
    "load",
  ]);
  await world.health.close();
});

test("of several stores the first is attached, and is told of them all", async () => {
  const given: unknown[] = [];
  const [first, second] = ["first", "second"].map((name) => ({
    attach: (_: unknown, all: readonly unknown[]): void => void given.push([name, all]),
  }));
  const lastKnownGood = [first, second].flatMap((store) => store ?? []);
  createHealth().resource<object>("index", { load: () => ({}), lastKnownGood });
  expect(given).toEqual([["first", [first, second]]]);
  expect(() => createHealth().resource("index", { load: () => ({}), lastKnownGood: [] })).not.toThrow();
});

test("a part that holds the load is asked again at its time, and the parts after it are not asked before", async () => {
  let isHeld = true;
  let heldUntil: number | undefined;
  const world = createWorld({
    lastKnownGood: {
      beforeLoad: () => {
        world.log.push(`hold ${isHeld}`);
        heldUntil = isHeld ? world.managed.now() + 1_000 : undefined;
        return isHeld;
      },
      get heldUntil() {
        return heldUntil;
      },
    },
    gate: {},
  });
  const { clock, index, managed, log } = world;
  log.splice(0);
  expect(managed.part?.heldUntil !== undefined).toBe(false);
  await start(world);
  expect([log, managed.part?.heldUntil !== undefined, index.snapshot().state]).toEqual([
    ["hold true"],
    true,
    "NOT_LOADED",
  ]);
  await clock.advance(999);
  expect(log).toEqual(["hold true"]);
  isHeld = false;
  await clock.advance(1);
  expect(log).toEqual(["hold true", "hold false", "ask gate", "load"]);
  expect(managed.part?.heldUntil !== undefined).toBe(false);
  await world.health.close();
});

test("the time of the part that holds the load counts, whichever of several it is", async () => {
  const world = createWorld({ lastKnownGood: {} });
  const { clock, managed, log } = world;
  let heldUntil: number | undefined;
  addPart(
    managed,
    {
      get heldUntil() {
        return heldUntil;
      },
      beforeLoad: () => {
        const isHeld = heldUntil === undefined;
        heldUntil = isHeld ? managed.now() + 1_000 : undefined;
        return isHeld;
      },
    },
    "last",
  );
  await start(world);
  await clock.advance(999);
  expect([log.filter((one) => one.startsWith("ask")).length, log.includes("load")]).toEqual([1, false]);
  await clock.advance(1);
  expect(log.includes("load")).toBe(true);
  await world.health.close();
});

test("a part may let the load go before its time", async () => {
  let isHeld = true;
  const world = createWorld({});
  const { clock, log, managed } = world;
  addPart(
    managed,
    holdingPart(() => isHeld),
    "first",
  );
  await start(world);
  await clock.advance("1h");
  expect(log).toEqual([]);
  isHeld = false;
  managed.resumeLoad();
  await clock.settle();
  expect(log).toEqual(["load"]);
  await world.health.close();
});

test("a reload() that a part held is still a reload() when the part lets it go", async () => {
  let isHeld = false;
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  health.subscribe(() => {});
  const rejected: (string | undefined)[] = [];
  const index = health.resource<object>("index", {
    load: (context) => {
      rejected.push(context.rejected);
      return rejected.length === 1 ? {} : { bad: true };
    },
    validate: (value) => !("bad" in value),
    refreshEvery: "never",
  });
  const managed = managedResourceOf(index);
  addPart(
    managed,
    holdingPart(() => isHeld),
    "first",
  );
  await index.get();
  isHeld = true;
  const reloaded = index.reload({ accept: true });
  await clock.settle();
  isHeld = false;
  managed.resumeLoad();
  await clock.settle();
  expect(await outcome(reloaded)).toEqual({ value: expect.objectContaining({ generation: 2 }) });
  await health.close();
});

test("a part is told of every action that changed something, with the facts before it", async () => {
  const told: unknown[] = [];
  const world = createWorld({
    gate: { afterChange: ({ type }, before) => void told.push([type, before.generation, before.run !== undefined]) },
  });
  const { index, health } = world;
  // Where nothing is held, this changes nothing.
  index.invalidate();
  await start(world);
  index.invalidate();
  index.unload();
  expect(told).toEqual([
    ["start", 0, false],
    ["loaded", 0, true],
    ["invalidate", 1, false],
    ["unload", 1, false],
  ]);
  await health.close();
});

test("unload() is told to a part, with or without a value, and not when the resource is closed", async () => {
  const world = createWorld({ gate: { judge: (how) => void world.log.push(how) } });
  const { index, log, health } = world;
  log.splice(0);
  index.unload();
  expect(log).toEqual(["unloaded"]);
  index.close();
  index.unload();
  expect(log).toEqual(["unloaded"]);
  await health.close();
});

test("a part ends with the drain and with the close of its resource", async () => {
  const ends = async (act: (world: World) => unknown): Promise<readonly string[]> => {
    const world = createWorld({ gate: { end: () => void world.log.push(`end, closed ${world.managed.isClosed}`) } });
    await start(world);
    world.log.splice(0);
    act(world);
    return world.log.splice(0);
  };
  expect(await ends(({ health }) => health.drain())).toEqual(["end, closed false"]);
  expect(await ends(({ index }) => index.close())).toEqual(["end, closed true"]);
  expect(await ends(({ index }) => (index.close(), index.close()))).toEqual(["end, closed true"]);
});

test("a part may take the place of the loader", async () => {
  for (const from of ["lastKnownGood", "gate"] as const) {
    const world = createWorld({ lastKnownGood: {}, gate: {}, [from]: { load: () => ({ from }) } });
    await start(world);
    expect([world.index.peek(), world.log.includes("load")]).toEqual([{ from }, false]);
    await world.health.close();
  }
});

test("the work after a load is done by every part, though one of them fails", async () => {
  const done: string[] = [];
  const world = createWorld(
    {
      lastKnownGood: { flush: () => Promise.reject(new Error("the store is away")) },
      gate: { flush: () => Promise.resolve(done.push("gate")) },
    },
    "request",
  );
  expect(await world.managed.flush()).toEqual([
    { status: "fulfilled", value: undefined },
    {
      status: "fulfilled",
      value: [
        { status: "rejected", reason: expect.any(Error) },
        { status: "fulfilled", value: 1 },
      ],
    },
  ]);
  expect(done).toEqual(["gate"]);
  const bare = createWorld({ gate: {} });
  expect(await bare.managed.flush()).toEqual([
    { status: "fulfilled", value: undefined },
    { status: "fulfilled", value: undefined },
  ]);
});

test("in request mode the work after a load waits for onRejected, and in background mode it does not", async () => {
  for (const mode of ["request", "background"] as const) {
    const clock = createVirtualClock();
    const health = createHealth({ clock, ...(mode === "request" && { refresh: onRequest() }) });
    health.subscribe(() => {});
    const told = Promise.resolve("told");
    const index = health.resource("index", { load: () => ({}), validate: () => false, onRejected: () => told });
    index.reload().catch(() => {});
    await clock.settle();
    const [first] = (await managedResourceOf(index).flush()) as { readonly value: unknown }[];
    expect([mode, first?.value]).toEqual([mode, mode === "request" ? "told" : undefined]);
    await health.close();
  }
});

test("a part that comes later stands before the others, or after them", async () => {
  const world = createWorld({ gate: {} });
  const { managed, log } = world;
  const named = (name: string): Part<object> => ({ beforeLoad: () => log.push(`ask ${name}`) < 0 });
  managed.note({ place: 3 });
  addPart(managed, named("first"), "first");
  addPart(managed, named("last"), "last");
  log.splice(0);
  await start(world);
  expect([log, managed.notes.place]).toEqual([["ask first", "ask gate", "ask last", "load"], 3]);
  await world.health.close();
});

test("what a part notes is in the snapshot, beside what it noted before", async () => {
  const world = createWorld({ gate: {} });
  const { managed, index } = world;
  expect(index.snapshot()).toMatchObject({ hints: undefined, lastRestore: undefined, place: undefined });
  managed.note({ hints: "lost" });
  managed.note({ place: 2, lastRestore: { at: 5, outcome: "nothing" } });
  expect(index.snapshot()).toMatchObject({ hints: "lost", lastRestore: { outcome: "nothing" }, place: 2 });
  await start(world);
  expect(world.log).toContain("ask gate");
  await world.health.close();
});

test("a resource without parts is held by none", async () => {
  const world = createWorld({});
  expect([world.managed.part?.heldUntil !== undefined, world.managed.notes.place]).toEqual([false, undefined]);
  await start(world);
  expect(world.log).toEqual(["load"]);
  await world.health.close();
});

test("a restored value answers those who wait for any value, and the load that runs goes on", async () => {
  const world = createWorld({});
  const { clock, health, index, managed } = world;
  const got = index.get();
  const at = managed.now();
  const times = { checkedAt: at - 1_000, changedAt: at, asOf: undefined };
  const rest = { revision: "1", invalidated: false, origin: "store" } as const;
  managed.commit({ type: "restored", held: { value: { stored: true }, ...times, ...rest } });
  expect(index.snapshot()).toMatchObject({ origin: "store", refreshing: true });
  expect(await outcome(got)).toEqual({ value: { stored: true } });
  await clock.settle();
  expect(index.snapshot()).toMatchObject({ value: { n: 1 }, origin: "source", generation: 2 });
  await health.close();
});

test("a time of the wall clock is one of the health's, at most now", async () => {
  const { managed, clock, health } = createWorld({});
  const now = managed.now();
  expect([clock.wall() - 700, clock.wall() - 0.5, clock.wall() + 700].map((ms) => managed.fromWall(ms))).toEqual([
    now - 700,
    now - 1,
    now,
  ]);
  await health.close();
});

test("seed() is a part as any other: its value serves until the first load has ended", async () => {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  const index = health.resource<object>("index", {
    load: () => ({ from: "the source" }),
    lastKnownGood: seed<object>({ from: "the seed" }, { asOf: clock.wall() }),
  });
  const first = index.get();
  await clock.settle();
  expect([await outcome(first), index.peek()]).toEqual([{ value: expect.anything() }, { from: "the source" }]);
  await health.close();
});
