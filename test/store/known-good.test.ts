import { expect, test } from "vitest";
import {
  createHealth,
  createStore,
  loaded,
  onRequest,
  seed,
  unchanged,
  type Store,
  type StoreActions,
} from "../../src/index.ts";
import type { LoadContext, ResourceEvent, ResourceOptions, Restored, StoreRecord } from "../../src/index.ts";
import { managedResourceOf } from "../../src/resource/managed-resource-of.ts";
import { createScriptedLoader, createVirtualClock } from "../../src/testing/index.ts";
import { createKit, outcome, type Item, type Kit } from "../resource/kit.ts";

/** One call of a store that has not been answered. */
interface Call {
  readonly what: string;
  readonly record: Partial<StoreRecord<Item>> | undefined;
  readonly signal: AbortSignal;
  readonly source: string | undefined;
  readonly answer: (given?: unknown) => void;
  readonly fail: (error: unknown) => void;
}

interface StoreKit extends Kit {
  readonly calls: Call[];
  readonly told: string[];
  /** The calls, as words. */
  did(): string[];
  /** Answers the restore. */
  restore(given: unknown): Promise<void>;
}

/** A store whose calls the test answers. */
function createTestStore(calls: Call[]): StoreActions<Item> {
  const call = (what: string, record: unknown, signal: AbortSignal, source: string | undefined): Promise<never> =>
    new Promise((resolve, fail) => {
      // SAFETY: the test looks at the fields that are there, and answers as the store would.
      const about = record as Partial<StoreRecord<Item>>;
      calls.push({ what, record: about, signal, source, answer: resolve as (given: unknown) => void, fail });
    });
  return {
    restore: ({ signal, source }) => call("restore", undefined, signal, source),
    save: (record, { signal, source }) => call(`save ${record.value.id}`, record, signal, source),
    stamp: (stamps, { signal, source }) => call("stamp", stamps, signal, source),
    remove: ({ signal, source }) => call("remove", undefined, signal, source),
  };
}

function createStoreKit(options: Partial<ResourceOptions<Item>> = {}, actions?: Partial<StoreActions<Item>>): StoreKit {
  const calls: Call[] = [];
  const told: string[] = [];
  const lastKnownGood = createStore({ ...createTestStore(calls), ...actions });
  const kit = createKit({ refreshEvery: "30s", staleAfter: "65s", jitter: 0, lastKnownGood, ...options });
  kit.index.subscribe(({ type, result, reason }: ResourceEvent) => {
    if (type === "restore" || type === "save") told.push([type, result, reason].filter(Boolean).join(" "));
  });
  return Object.assign(kit, {
    calls,
    told,
    did: () => calls.map(({ what }) => what),
    async restore(given: unknown) {
      kit.health.start();
      await kit.clock.settle();
      calls[0]?.answer(given);
      await kit.clock.settle();
    },
  });
}

function storedOf(kit: Kit, ageMs: number, id = "old"): Restored<Item> {
  return { value: kit.item(id), revision: "1", checkedAt: kit.clock.wall() - ageMs, asOf: undefined, origin: "store" };
}

test("the restore runs first, and the first load starts with the restored revision", async () => {
  const kit = createStoreKit();
  kit.health.start();
  await kit.clock.settle();
  expect([kit.did(), kit.loader.calls.length, kit.index.snapshot().state]).toEqual([["restore"], 0, "NOT_LOADED"]);
  await kit.restore(storedOf(kit, 10_000));
  const { context } = kit.loader.last;
  expect([context.revision, context.previous]).toEqual(["1", { id: "old" }]);
});

test("a restored value has its true age, its origin, generation 1, and latches startup", async () => {
  const kit = createStoreKit();
  await kit.restore(storedOf(kit, 10_000));
  expect(kit.index.snapshot()).toMatchObject({
    state: "READY",
    age: 10_000,
    checkedAt: kit.clock.wall() - 10_000,
    origin: "store",
    generation: 1,
    lastRestore: { at: kit.clock.wall(), outcome: "restored" },
  });
  expect(kit.health.fetch(new Request("http://x/status/startup")).status).toBe(200);
  expect([kit.told, kit.events]).toEqual([["restore restored"], ["transition NOT_LOADED>READY"]]);
});

test.each([
  ["asOf, where the source gave one", { checkedAt: 0, asOf: 65_001 }],
  ["checkedAt", { checkedAt: 65_001, asOf: undefined }],
])("a restored value that is older than staleAfter by %s is STALE", async (_, { checkedAt, asOf }) => {
  const kit = createStoreKit();
  const now = kit.clock.wall();
  const stamps = { checkedAt: now - checkedAt, asOf: asOf === undefined ? undefined : now - asOf };
  await kit.restore({ value: kit.item(), revision: "1", ...stamps, origin: "store" });
  expect(kit.index.snapshot()).toMatchObject({ state: "STALE", age: 65_001 });
});

test.each([
  ["checkedAt", 10_000, undefined],
  ["asOf", 3_000, 10_000],
])("a restored value has its age by %s, also after the wall clock was set back", async (_, checkedMs, asOfMs) => {
  const kit = createStoreKit();
  kit.health.start();
  await kit.clock.settle();
  kit.clock.jump(-3_600_000);
  const now = kit.clock.wall();
  const stamps = { checkedAt: now - checkedMs, asOf: asOfMs === undefined ? undefined : now - asOfMs };
  await kit.restore({ value: kit.item(), revision: "1", ...stamps, origin: "store" });
  expect(kit.index.snapshot()).toMatchObject({ state: "READY", age: 10_000 });
});

test("the first unchanged() makes the origin the source, and the first loaded() too", async () => {
  const kit = createStoreKit();
  await kit.restore(storedOf(kit, 10_000));
  kit.loader.last.succeed(unchanged());
  await kit.clock.settle();
  expect(kit.index.snapshot()).toMatchObject({ origin: "source", age: 0, generation: 1 });
});

test("get() is answered by the restore, while the load goes on", async () => {
  const kit = createStoreKit();
  const got = kit.index.get();
  const young = kit.index.get({ maxAge: "5s" });
  await kit.restore(storedOf(kit, 10_000));
  expect(await outcome(got)).toEqual({ value: { id: "old" } });
  expect(await outcome(young)).toBe("pending");
  const value = await kit.load("new");
  expect(await young).toBe(value);
});

test("reload() is not answered by the restore", async () => {
  const kit = createStoreKit();
  const reloaded = kit.index.reload();
  await kit.restore(storedOf(kit, 10_000));
  expect(await outcome(reloaded)).toBe("pending");
  const value = await kit.load("new");
  expect((await reloaded).value).toBe(value);
});

test("the first load waits at most 1 s for a store that hangs, and no timer is left", async () => {
  const kit = createStoreKit();
  kit.health.start();
  await kit.clock.advance(999);
  expect(kit.loader.calls.length).toBe(0);
  await kit.clock.advance(1);
  expect(kit.loader.calls.length).toBe(1);
  const value = await kit.load("new");
  expect([kit.index.peek(), kit.calls[0]?.signal.aborted]).toEqual([value, true]);
});

test("a restore that is late never overwrites a loaded value, and what it brings is disposed of", async () => {
  const kit = createStoreKit();
  kit.health.start();
  await kit.clock.advance(1_000);
  const value = await kit.load("new");
  const late = storedOf(kit, 10_000, "late");
  kit.calls[0]?.answer(late);
  await kit.clock.settle();
  expect([kit.index.peek(), kit.index.snapshot().lastRestore?.outcome]).toEqual([value, "superseded"]);
  expect(kit.disposed).toEqual([{ id: "late" }]);
});

test("a restore that is late, while the load runs, gives the value: LOADING becomes READY", async () => {
  const kit = createStoreKit();
  kit.health.start();
  await kit.clock.advance(3_000);
  expect(kit.index.snapshot().state).toBe("LOADING");
  await kit.restore(storedOf(kit, 10_000));
  expect(kit.index.snapshot()).toMatchObject({ state: "READY", origin: "store", refreshing: true });
  await kit.load("new");
  expect(kit.index.snapshot()).toMatchObject({ origin: "source", generation: 2 });
});

test("a failed first load leaves the restored value in use", async () => {
  const kit = createStoreKit();
  await kit.restore(storedOf(kit, 10_000));
  await kit.fail();
  expect(kit.index.snapshot()).toMatchObject({ state: "READY", origin: "store", attempt: 2 });
});

test("nothing stored, something ignored, and a store that fails are told, and never become lastError", async () => {
  for (const [given, outcomeOf, reason] of [
    [undefined, "nothing", undefined],
    [{ ignored: "its body is damaged" }, "ignored", "its body is damaged"],
    [new Error("EACCES"), "failed", "EACCES"],
  ] as const) {
    const kit = createStoreKit();
    kit.health.start();
    await kit.clock.settle();
    if (given instanceof Error) kit.calls[0]?.fail(given);
    else kit.calls[0]?.answer(given);
    await kit.clock.settle();
    const { lastRestore, lastError, state } = kit.index.snapshot();
    expect([lastRestore?.outcome, lastRestore?.reason, lastError, state]).toEqual([
      outcomeOf,
      reason,
      undefined,
      "LOADING",
    ]);
    expect(kit.told).toEqual([["restore", outcomeOf, reason].filter(Boolean).join(" ")]);
  }
});

test("a restored value is validated, and one that is refused is disposed of and not remembered as rejected", async () => {
  const kit = createStoreKit({ validate: ({ id }) => id !== "old" });
  await kit.restore(storedOf(kit, 10_000));
  const { lastRestore, rejected, value } = kit.index.snapshot();
  expect([lastRestore?.outcome, lastRestore?.reason, rejected, value]).toEqual([
    "ignored",
    "validate refused it",
    undefined,
    undefined,
  ]);
  expect([kit.disposed, kit.loader.last.context.revision]).toEqual([[{ id: "old" }], undefined]);
});

test("after a restart a validator compares with the restored value", async () => {
  const previous: unknown[] = [];
  const kit = createStoreKit({ validate: (_, before) => void previous.push(before?.id) });
  await kit.restore(storedOf(kit, 10_000));
  await kit.load("new");
  expect(previous).toEqual([undefined, "old"]);
});

test("unload() during the restore drops what it brings, and the restore is done once", async () => {
  const kit = createStoreKit();
  kit.health.start();
  await kit.clock.settle();
  kit.index.unload();
  await kit.clock.settle();
  kit.calls[0]?.answer(storedOf(kit, 10_000));
  await kit.clock.advance(0);
  expect([kit.index.peek(), kit.index.snapshot().lastRestore?.outcome]).toEqual([undefined, "superseded"]);
  expect([kit.loader.calls.length, kit.did()]).toEqual([1, ["restore", "remove"]]);
});

test("a drain during the restore leaves no timer, and no load starts", async () => {
  const kit = createStoreKit();
  kit.health.start();
  await kit.clock.settle();
  kit.health.drain();
  await kit.clock.advance(5_000);
  expect([kit.loader.calls.length, kit.left().timers]).toEqual([0, 0]);
});

test("an accepted value is saved with its stamps, and what validate refused is not", async () => {
  const kit = createStoreKit({ validate: ({ id }) => id !== "bad" });
  await kit.restore(undefined);
  const asOf = kit.clock.wall() - 5_000;
  kit.loader.last.succeed(loaded(kit.item("one"), { revision: "1", asOf }));
  await kit.clock.settle();
  expect(kit.calls[1]?.record).toEqual({ value: { id: "one" }, revision: "1", checkedAt: kit.clock.wall(), asOf });
  kit.calls[1]?.answer();
  await kit.clock.advance(30_000);
  await kit.load("bad");
  expect([kit.did(), kit.told]).toEqual([
    ["restore", "save one"],
    ["restore nothing", "save saved"],
  ]);
});

test("a value with keep: false is not saved, and the unchanged() after it writes no stamps", async () => {
  const kit = createStoreKit();
  await kit.restore(storedOf(kit, 1_000));
  kit.loader.last.succeed(loaded(kit.item("secret"), { keep: false }));
  await kit.clock.advance(90_000);
  kit.loader.last.succeed(unchanged());
  await kit.clock.settle();
  expect(kit.did()).toEqual(["restore"]);
});

test.each([
  [true, ["restore", "save new", "remove"]],
  [false, ["restore"]],
])("a value that the fleet rejects is removed only if it was saved: %s", async (keep, did) => {
  const kit = createStoreKit();
  await kit.restore(storedOf(kit, 1_000));
  kit.loader.last.succeed(loaded(kit.item("new"), { keep }));
  await kit.clock.settle();
  kit.calls[1]?.answer();
  await kit.clock.settle();
  managedResourceOf(kit.index).judgeStored("rejected");
  await kit.clock.settle();
  expect(kit.did()).toEqual(did);
});

test("a removal that fails is tried again, once a minute, also while loads fail, until it succeeds", async () => {
  const kit = createStoreKit({ refreshEvery: "30s", retryMost: "30s" });
  await kit.restore(storedOf(kit, 1_000));
  kit.index.unload();
  await kit.clock.settle();
  const removals = (): number => kit.did().filter((what) => what === "remove").length;
  kit.calls.at(-1)?.fail(new Error("the disk is read-only"));
  const failFor = async (ms: number): Promise<void> => {
    for (const end = kit.clock.monotonic() + ms; kit.clock.monotonic() < end; await kit.clock.advance(1_000))
      if (kit.index.snapshot().state === "LOADING") kit.loader.last.fail(new Error("source is down"));
  };
  await failFor(58_000);
  expect(removals()).toBe(1);
  await failFor(40_000);
  expect(removals()).toBe(2);
  kit.calls.at(-1)?.answer();
  await failFor(300_000);
  expect([removals(), kit.told.filter((text) => text.startsWith("save"))]).toEqual([
    2,
    ["save failed the disk is read-only", "save removed"],
  ]);
});

test("a value that is saved after a failed removal ends the attempts to remove", async () => {
  const kit = createStoreKit();
  await kit.restore(storedOf(kit, 1_000));
  kit.index.unload();
  await kit.clock.settle();
  kit.calls.at(-1)?.fail(new Error("the disk is read-only"));
  void kit.index.reload();
  await kit.clock.settle();
  kit.loader.last.succeed(loaded(kit.item("new"), { revision: "2" }));
  await kit.clock.settle();
  kit.calls.at(-1)?.answer();
  for (let times = 0; times < 9; times++) {
    await kit.clock.advance(30_000);
    kit.loader.last.succeed(unchanged());
    await kit.clock.settle();
    kit.calls.at(-1)?.answer();
  }
  expect(kit.did().filter((what) => what === "remove")).toHaveLength(1);
});

test("a removal that failed is not tried again behind the save that replaces its value", async () => {
  const kit = createStoreKit({ timeout: "90s", refreshEvery: "10s" });
  await kit.restore(undefined);
  await kit.load("old");
  kit.calls.at(-1)?.answer();
  await kit.clock.settle();
  kit.index.unload();
  await kit.clock.settle();
  kit.calls.at(-1)?.fail(new Error("the disk is busy"));
  await kit.clock.advance("50s");
  void kit.index.reload();
  await kit.load("new");
  const saving = kit.calls.at(-1);
  expect(saving?.what).toBe("save new");
  // The minute ends while the store still writes.
  await kit.clock.advance("15s");
  kit.loader.last.succeed(unchanged());
  await kit.clock.settle();
  saving?.answer();
  await kit.clock.settle();
  expect(kit.did()).toEqual(["restore", "save old", "remove", "save new"]);
});

test("a store that never removes is still saved to, because the new value replaces the one that must go", async () => {
  const kit = createStoreKit({ refreshEvery: "60s", staleAfter: "130s" });
  const answerAll = async (): Promise<void> => {
    for (const { what, answer, fail } of kit.calls)
      if (what === "remove") fail(new Error("no right to remove"));
      else answer();
    await kit.clock.settle();
  };
  await kit.restore(undefined);
  await kit.load("old");
  await answerAll();
  kit.index.unload();
  await kit.clock.settle();
  await answerAll();
  await kit.clock.advance("60s");
  await kit.load("new");
  await answerAll();
  expect(kit.did().slice(2)).toEqual(["remove", "save new"]);
});

test("a second unload() removes before the next save, also if the first removal failed", async () => {
  const kit = createStoreKit();
  await kit.restore(undefined);
  await kit.load("old");
  kit.calls.at(-1)?.answer();
  await kit.clock.settle();
  kit.index.unload();
  await kit.clock.settle();
  kit.calls.at(-1)?.fail(new Error("the disk is busy"));
  await kit.clock.advance(0);
  await kit.load("new");
  const saving = kit.calls.at(-1);
  kit.index.unload();
  await kit.clock.advance(0);
  await kit.load("newest");
  saving?.answer();
  await kit.clock.settle();
  kit.calls.at(-1)?.answer();
  await kit.clock.settle();
  expect(kit.did().slice(2)).toEqual(["remove", "save new", "remove", "save newest"]);
});

test("after unchanged() the stamps alone are written, at most once a minute", async () => {
  const kit = createStoreKit();
  await kit.restore(storedOf(kit, 1_000));
  for (let times = 0; times < 9; times++) {
    kit.loader.last.succeed(unchanged());
    await kit.clock.settle();
    kit.calls.at(-1)?.answer();
    await kit.clock.advance(30_000);
  }
  // The last is at 240 s: one each minute from the first after a minute on.
  expect(kit.did()).toEqual(["restore", "stamp", "stamp", "stamp", "stamp"]);
});

test("stamps are written a minute after the last write, and not a moment sooner", async () => {
  const kit = createStoreKit({ refreshEvery: "1h", staleAfter: "2h" });
  await kit.restore(storedOf(kit, 1_000));
  for (const [afterMs, did] of [
    [0, ["restore"]],
    [59_999, ["restore"]],
    [1, ["restore", "stamp"]],
  ] as const) {
    await kit.clock.advance(afterMs);
    void kit.index.reload();
    await kit.clock.settle();
    kit.loader.last.succeed(unchanged());
    await kit.clock.settle();
    expect(kit.did()).toEqual(did);
  }
});

test("an unchanged() with another revision saves the value, because the record names it", async () => {
  const kit = createStoreKit();
  await kit.restore(storedOf(kit, 1_000));
  kit.loader.last.succeed(unchanged({ revision: "2" }));
  await kit.clock.settle();
  expect([kit.did(), kit.calls[1]?.record?.revision]).toEqual([["restore", "save old"], "2"]);
});

test("another value is saved although its revision is the same", async () => {
  const kit = createStoreKit();
  await kit.restore(storedOf(kit, 1_000));
  kit.loader.last.succeed(loaded(kit.item("new"), { revision: "1" }));
  await kit.clock.settle();
  expect(kit.did()).toEqual(["restore", "save new"]);
});

test.each([
  ["without a revision it is saved, because nothing tells whether it changed", undefined, "save old"],
  ["with the same revision only its stamps are written", "1", "stamp"],
])("the loader gives the object that is in use: %s", async (_, revision, did) => {
  const kit = createStoreKit();
  await kit.restore({ ...storedOf(kit, 1_000), revision });
  await kit.clock.advance(60_000);
  kit.loader.last.succeed(loaded(kit.index.peek(), { revision }));
  await kit.clock.settle();
  expect(kit.did()).toEqual(["restore", did]);
});

test("an unchanged() of the rejected revision writes nothing", async () => {
  const kit = createStoreKit({ validate: ({ id }) => id !== "bad", refreshEvery: "2m", staleAfter: "1h" });
  await kit.restore(storedOf(kit, 1_000));
  kit.loader.last.succeed(loaded(kit.item("bad"), { revision: "2" }));
  await kit.clock.advance(119_000);
  kit.loader.last.succeed(unchanged({ revision: "2" }));
  await kit.clock.settle();
  expect([kit.index.snapshot().rejected, kit.did()]).toEqual(["2", ["restore"]]);
});

test("one write runs at a time, and a newer value replaces one that waits", async () => {
  const kit = createStoreKit();
  await kit.restore(undefined);
  await kit.load("one");
  for (const id of ["two", "three"]) {
    void kit.index.reload();
    await kit.load(id);
  }
  expect(kit.did()).toEqual(["restore", "save one"]);
  kit.calls[1]?.answer();
  await kit.clock.settle();
  expect(kit.did()).toEqual(["restore", "save one", "save three"]);
});

test("a save that fails is told, never a lastError, and the next unchanged() a minute later saves the value", async () => {
  const kit = createStoreKit();
  await kit.restore(undefined);
  await kit.load("one");
  kit.calls[1]?.fail(new Error("ENOSPC"));
  await kit.clock.advance(30_000);
  kit.loader.last.succeed(unchanged());
  await kit.clock.advance(30_000);
  kit.loader.last.succeed(unchanged());
  await kit.clock.settle();
  expect(kit.index.snapshot()).toMatchObject({ state: "READY", lastError: undefined });
  expect([kit.told, kit.did()]).toEqual([
    ["restore nothing", "save failed ENOSPC"],
    ["restore", "save one", "save one"],
  ]);
});

test("a write that hangs is given up after the timeout, and loads go on all the while", async () => {
  const kit = createStoreKit({ timeout: "2m" });
  await kit.restore(undefined);
  await kit.load("one");
  await kit.clock.advance(30_000);
  await kit.load("two");
  await kit.clock.advance(90_000);
  expect([kit.calls[1]?.signal.aborted, kit.did()]).toEqual([true, ["restore", "save one", "save two"]]);
});

test("unload() removes what is stored, after the write that runs, and close() does not", async () => {
  const kit = createStoreKit();
  await kit.restore(undefined);
  await kit.load("one");
  kit.index.unload();
  await kit.clock.settle();
  expect(kit.did()).toEqual(["restore", "save one"]);
  kit.calls[1]?.answer();
  await kit.clock.settle();
  expect(kit.did()).toEqual(["restore", "save one", "remove"]);
  kit.calls[2]?.answer();
  await kit.clock.advance(0);
  await kit.load("two");
  await kit.clock.settle();
  kit.index.close();
  await kit.clock.settle();
  expect(kit.did().slice(3)).toEqual(["save two"]);
});

test("of a list the first store that has a value wins, though another answers sooner, and all are saved to", async () => {
  const first: Call[] = [];
  const second: Call[] = [];
  const lastKnownGood = [createStore(createTestStore(first)), createStore(createTestStore(second))];
  const kit = createStoreKit({ lastKnownGood });
  kit.health.start();
  await kit.clock.settle();
  second[0]?.answer(storedOf(kit, 1_000, "second"));
  await kit.clock.settle();
  expect(kit.index.peek()).toBe(undefined);
  first[0]?.answer(storedOf(kit, 5_000, "first"));
  await kit.clock.settle();
  expect([kit.index.peek(), kit.disposed]).toEqual([{ id: "first" }, [{ id: "second" }]]);
  await kit.load("new");
  expect([first.at(-1)?.what, second.at(-1)?.what]).toEqual(["save new", "save new"]);
});

test.each([
  [true, "second", "first"],
  [false, "first", "second"],
])(
  "while a stored value is validated, one that comes late waits for the verdict: %s",
  async (verdict, used, disposed) => {
    const first: Call[] = [];
    const second: Call[] = [];
    const asked: string[] = [];
    let judge = (_: boolean): void => {};
    const kit = createStoreKit({
      lastKnownGood: [createStore(createTestStore(first)), createStore(createTestStore(second))],
      validate: ({ id }) => {
        asked.push(id);
        return id === "second" ? new Promise<boolean>((resolve) => (judge = resolve)) : true;
      },
    });
    kit.health.start();
    await kit.clock.settle();
    second[0]?.answer(storedOf(kit, 1_000, "second"));
    await kit.clock.advance(1_000);
    first[0]?.answer(storedOf(kit, 5_000, "first"));
    await kit.clock.settle();
    expect([kit.index.peek(), asked]).toEqual([undefined, ["second"]]);
    judge(verdict);
    await kit.clock.settle();
    expect([kit.index.peek(), kit.disposed]).toEqual([{ id: used }, [{ id: disposed }]]);
    expect(kit.told.filter((text) => text.startsWith("restore")).length).toBe(1);
  },
);

test("a seed serves where the file is ignored, and where the file store hangs it serves after a second", async () => {
  for (const given of [{ ignored: "it is torn" }, "hangs"] as const) {
    const calls: Call[] = [];
    const asOf = Date.UTC(2025, 11, 31, 23, 59, 30);
    const kit = createStoreKit({
      lastKnownGood: [createStore(createTestStore(calls)), seed({ id: "seed" }, { asOf })],
    });
    kit.health.start();
    await kit.clock.settle();
    if (given === "hangs") await kit.clock.advance(1_000);
    else calls[0]?.answer(given);
    await kit.clock.settle();
    expect(kit.index.snapshot()).toMatchObject({ origin: "seed", value: { id: "seed" }, asOf, state: "READY" });
    expect(kit.loader.calls.length).toBe(1);
  }
});

test("a store is told of the source's identity, and takes its place once", () => {
  const places: string[] = [];
  const claim = (name: string): (() => void) => {
    places.push(`take ${name}`);
    return () => places.push(`give ${name}`);
  };
  const kit = createStoreKit({}, { claim });
  kit.index.close();
  kit.index.close();
  expect(places).toEqual(["take index", "give index"]);
});

test("the identity of the loader is the source", async () => {
  const loader = createScriptedLoader<unknown>();
  // SAFETY: the loader is never answered.
  const load = Object.assign(loader.load, {
    identity: "https://rates.example/v2",
  }) as unknown as ResourceOptions<Item>["load"];
  const kit = createStoreKit({ load });
  await kit.restore(undefined);
  expect(kit.calls[0]?.source).toBe("https://rates.example/v2");
});

test("where the second store of a list is taken, the first is given back", () => {
  const places: string[] = [];
  const free = { claim: () => (places.push("take"), () => void places.push("give")) };
  const taken = {
    claim: (): never => {
      throw new TypeError("taken");
    },
  };
  const list = [free, taken].map((claim) => createStore({ ...createTestStore([]), ...claim }));
  expect(() => createStoreKit({ lastKnownGood: list })).toThrow("taken");
  expect(places).toEqual(["take", "give"]);
});

test("close() waits for the write that runs", async () => {
  const kit = createStoreKit();
  await kit.restore(undefined);
  await kit.load("one");
  const closed = kit.health.close();
  await kit.clock.settle();
  expect(await outcome(closed)).toBe("pending");
  kit.calls[1]?.answer();
  await kit.clock.settle();
  expect(await outcome(closed)).toEqual({ value: undefined });
  expect(kit.left().timers).toBe(0);
});

test("a store of another type does not compile, and a plain object is refused", () => {
  const health = createHealth();
  const store: Store<string> = seed("text", { asOf: 0 });
  // @ts-expect-error: the resource is a number
  health.resource("number", { load: (): number => 1, lastKnownGood: store });
  health.resource("text", { load: (): string => "", lastKnownGood: [store] });
  // SAFETY: a user in JavaScript may pass what the type forbids.
  const plain = createTestStore([]) as Store<Item>;
  expect(() => createKit({ lastKnownGood: plain })).toThrow(/createStore\(\)/);
});

interface RequestKit {
  readonly calls: Call[];
  readonly loads: (readonly [string | undefined, (value: unknown) => void, unknown])[];
  readonly kept: Promise<unknown>[];
  readonly clock: ReturnType<typeof createVirtualClock>;
  get(waits: boolean): Promise<Item>;
}

function createRequestKit(): RequestKit {
  const clock = createVirtualClock();
  const health = createHealth({ clock, refresh: onRequest() });
  const calls: Call[] = [];
  const loads: (readonly [string | undefined, (value: unknown) => void, unknown])[] = [];
  const kept: Promise<unknown>[] = [];
  const index = health.resource<Item>("index", {
    load: ({ revision, previous }: LoadContext) =>
      new Promise((resolve) => void loads.push([revision, resolve as (value: unknown) => void, previous])),
    refreshEvery: "30s",
    lastKnownGood: createStore(createTestStore(calls)),
  });
  const waitUntil = (promise: Promise<unknown>): void => void kept.push(promise);
  return { calls, loads, kept, clock, get: (waits) => index.get(waits ? { waitUntil } : {}) };
}

test("in request mode the restore is the first part of the load, and the load starts with its revision", async () => {
  const { calls, loads, clock, get } = createRequestKit();
  const got = get(true);
  await clock.settle();
  expect([calls.length, loads.length]).toEqual([1, 0]);
  const stored = {
    value: { id: "old" },
    revision: "1",
    checkedAt: clock.wall() - 100,
    asOf: undefined,
    origin: "store",
  };
  calls[0]?.answer(stored);
  await clock.settle();
  expect(loads.map(([revision, , previous]) => [revision, previous])).toEqual([["1", { id: "old" }]]);
  // Another request is served at once.
  expect(await get(true)).toEqual({ id: "old" });
  loads[0]?.[1](unchanged());
  await clock.settle();
  expect(await got).toEqual({ id: "old" });
});

test("in request mode a store that hangs delays the load by a second", async () => {
  const { loads, clock, get } = createRequestKit();
  void get(true);
  await clock.advance(999);
  expect(loads.length).toBe(0);
  await clock.advance(1);
  expect(loads.length).toBe(1);
});

test("in request mode a save goes through waitUntil, and without one it is skipped", async () => {
  const { calls, loads, kept, clock, get } = createRequestKit();
  const load = async (waits: boolean, id: string): Promise<void> => {
    const got = get(waits);
    await clock.settle();
    if (calls.length === 1) calls[0]?.answer(undefined);
    await clock.settle();
    loads.at(-1)?.[1](loaded({ id }));
    await clock.settle();
    await got;
  };
  await load(false, "one");
  await clock.advance(40_000);
  expect(calls.map(({ what }) => what)).toEqual(["restore"]);
  await load(true, "two");
  await clock.settle();
  expect(calls.map(({ what }) => what)).toEqual(["restore", "save two"]);
  expect(await outcome(kept[0] ?? Promise.resolve())).toBe("pending");
  calls[1]?.answer();
  await clock.settle();
  expect(await outcome(kept[0] ?? Promise.resolve())).not.toBe("pending");
});

test("in request mode onRejected goes through waitUntil", async () => {
  const clock = createVirtualClock();
  const health = createHealth({ clock, refresh: onRequest() });
  let done = (): void => {};
  const kept: Promise<unknown>[] = [];
  const index = health.resource("index", {
    load: () => loaded("bad", { revision: "1" }),
    validate: () => false,
    onRejected: () => new Promise<void>((resolve) => (done = resolve)),
  });
  await index.get({ waitUntil: (promise) => kept.push(promise) }).catch(() => {});
  await clock.settle();
  expect(await outcome(kept[0] ?? Promise.resolve())).toBe("pending");
  done();
  await clock.settle();
  expect(await outcome(kept[0] ?? Promise.resolve())).not.toBe("pending");
});
