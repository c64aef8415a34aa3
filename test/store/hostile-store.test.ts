import { expect, test } from "vitest";
import { createStore, type ResourceOptions, type Restored } from "../../src/index.ts";
import { createKit, type Item, type Kit } from "../resource/kit.ts";

const rejections: unknown[] = [];
process.on("unhandledRejection", (reason) => rejections.push(reason));

/** A resource whose store answers its restore so. */
async function restoredFrom(answer: (kit: Kit) => unknown, options: Partial<ResourceOptions<Item>> = {}): Promise<Kit> {
  const late: { kit?: Kit } = {};
  const skipped = Promise.resolve({ skipped: "it is a test" });
  const kit = createKit({
    refreshEvery: "30s",
    staleAfter: "65s",
    lastKnownGood: createStore<Item>({
      // SAFETY: the store answers what its type forbids.
      restore: async () => (late.kit && answer(late.kit)) as Restored<Item>,
      save: () => skipped,
      stamp: () => skipped,
      remove: () => Promise.resolve(),
    }),
    ...options,
  });
  late.kit = kit;
  kit.health.start();
  await kit.clock.settle();
  return kit;
}

const throwing = (): never => {
  throw new Error("caught");
};
const good = ({ item, clock }: Kit): Record<string, unknown> => ({
  value: item("old"),
  revision: "1",
  checkedAt: clock.wall() - 10_000,
  asOf: undefined,
  origin: "store",
});

test.each<readonly [string, (kit: Kit) => unknown]>([
  ["a checkedAt that is no number", (kit) => ({ ...good(kit), checkedAt: NaN })],
  ["a checkedAt that is a text", (kit) => ({ ...good(kit), checkedAt: "2026-01-01" })],
  ["no checkedAt", (kit) => ({ ...good(kit), checkedAt: undefined })],
  ["a checkedAt without end", (kit) => ({ ...good(kit), checkedAt: Infinity })],
  ["an asOf that is no number", (kit) => ({ ...good(kit), asOf: NaN })],
  ["an asOf that is a text", (kit) => ({ ...good(kit), asOf: "now" })],
  ["no value", (kit) => ({ ...good(kit), value: undefined })],
  ["null as its value", (kit) => ({ ...good(kit), value: null })],
  ["a number", () => 5],
  ["a text", () => "old"],
  ["null", () => null],
  ["an empty object", () => ({})],
  ["a reason that is a symbol", () => ({ ignored: Symbol("no") })],
  ["a reason that throws", () => ({ ignored: { toString: throwing } })],
  ["an object whose every property throws", () => new Proxy({}, { get: throwing, has: throwing })],
  ["a value that throws", (kit) => Object.defineProperty(good(kit), "value", { get: throwing })],
  ["a revision that throws", (kit) => Object.defineProperty(good(kit), "revision", { get: throwing })],
  ["stamps that throw", (kit) => Object.defineProperty(good(kit), "checkedAt", { get: throwing })],
])("a store that answers with %s gives no value, and the first load goes on", async (_what, answer) => {
  const kit = await restoredFrom(answer);
  expect(kit.index.snapshot()).toMatchObject({ state: "LOADING", value: undefined, generation: 0 });
  expect(kit.index.snapshot().lastRestore).toMatchObject({ outcome: expect.stringMatching(/nothing|ignored|failed/) });
  const value = await kit.load();
  expect(kit.index.snapshot()).toMatchObject({ state: "READY", value, generation: 1, age: 0 });
  await kit.health.close();
  expect([rejections, kit.clock.timers]).toEqual([[], 0]);
});

test("a store that stamps a value in the future gives it no age below zero, and no longer life", async () => {
  const kit = await restoredFrom((made) => ({ ...good(made), checkedAt: made.clock.wall() + 1e9 }));
  expect(kit.index.snapshot()).toMatchObject({ state: "READY", age: 0, origin: "store" });
  await kit.clock.advance(65_001);
  expect(kit.index.snapshot()).toMatchObject({ state: "STALE" });
});

test("a revision that is no text is none", async () => {
  const kit = await restoredFrom((made) => ({ ...good(made), revision: { toString: throwing } }));
  expect(kit.index.snapshot()).toMatchObject({ state: "READY", revision: undefined });
  expect(kit.loader.last.context.revision).toBeUndefined();
});

test("a validate that throws what has no text refuses the restored value", async () => {
  const kit = await restoredFrom(good, {
    validate: () => {
      throw Object.create(null);
    },
  });
  expect(kit.index.snapshot()).toMatchObject({ state: "LOADING", lastRestore: { outcome: "ignored" } });
  expect(rejections).toEqual([]);
});

test("an origin that is none counts as the store", async () => {
  const kit = await restoredFrom((made) => ({ ...good(made), origin: "source" }));
  expect(kit.index.snapshot()).toMatchObject({ state: "READY", origin: "store" });
});
