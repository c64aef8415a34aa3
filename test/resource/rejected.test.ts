import { expect, test } from "vitest";
import { loaded, unchanged, type Rejection, type ResourceOptions } from "../../src/index.ts";
import { createKit, outcome, type Item, type Kit } from "./kit.ts";

interface RejectingKit extends Kit {
  /** What the publisher was told. */
  readonly told: Rejection[];
  /** What validate was asked. */
  readonly asked: (readonly [next: string, previous: string | undefined])[];
  /** Ends the running load, or one that is asked for, with a value that validate refuses if its name begins with "bad". */
  bring(id: string, revision?: string): Promise<void>;
}

async function createRejectingKit(options: Partial<ResourceOptions<Item>> = {}): Promise<RejectingKit> {
  const told: Rejection[] = [];
  const asked: (readonly [string, string | undefined])[] = [];
  const kit = createKit({
    refreshEvery: "30s",
    staleAfter: "1h",
    jitter: 0,
    validate: (next, previous) => {
      asked.push([next.id, previous?.id]);
      return !next.id.startsWith("bad");
    },
    onRejected: (rejection) => void told.push(rejection),
    ...options,
  });
  await kit.ready();
  asked.splice(0);
  return Object.assign(kit, {
    told,
    asked,
    async bring(id: string, revision?: string) {
      await kit.clock.settle();
      while (!kit.index.snapshot().refreshing) await kit.clock.advance(1_000);
      kit.loader.last.succeed(loaded(kit.item(id), { revision }));
      await kit.clock.settle();
    },
  });
}

test("onRejected is told of each refused revision once, with the name and the reason", async () => {
  const kit = await createRejectingKit();
  await kit.bring("bad", "1");
  await kit.bring("bad", "1");
  await kit.bring("bad", "2");
  await kit.bring("bad", "2");
  const reason = expect.objectContaining({ code: "HS_REJECTED" });
  expect(kit.told).toEqual([
    { name: "index", revision: "1", reason },
    { name: "index", revision: "2", reason },
  ]);
});

test("onRejected is told of a revision once, however often another one comes in between", async () => {
  const kit = await createRejectingKit();
  for (const revision of ["A", "B", "A", "B", "A"]) await kit.bring("bad", revision);
  await kit.bring("good", "C");
  await kit.bring("bad", "A");
  expect(kit.told.map(({ revision }) => revision)).toEqual(["A", "B"]);
});

test("the memory of what onRejected was told has an end: the revision that came longest ago is told again", async () => {
  const kit = await createRejectingKit();
  const others = Array.from({ length: 100 }, (_, at) => `${at}`);
  for (const revision of ["A", "B", ...others.slice(1), "A", "B"]) await kit.bring("bad", revision);
  expect(kit.told.map(({ revision }) => revision)).toEqual(["A", "B", ...others.slice(1), "A", "B"]);
  await kit.bring("bad", "99");
  expect(kit.told).toHaveLength(103);
});

test("without a revision onRejected is told once per streak", async () => {
  const kit = await createRejectingKit();
  for (const id of ["bad", "bad", "good", "bad", "bad"]) await kit.bring(id);
  expect(kit.told).toEqual([
    { name: "index", revision: undefined, reason: expect.objectContaining({ code: "HS_REJECTED" }) },
    { name: "index", revision: undefined, reason: expect.objectContaining({ code: "HS_REJECTED" }) },
  ]);
});

test.each<readonly [string, () => unknown]>([
  [
    "throws",
    () => {
      throw new Error("the publisher is away");
    },
  ],
  ["rejects", () => Promise.reject(new Error("the publisher is away"))],
])("an onRejected that %s disturbs nothing", async (_how, onRejected) => {
  const kit = await createRejectingKit({ onRejected: onRejected as () => void });
  await kit.bring("bad", "1");
  await kit.bring("good", "2");
  expect(kit.index.snapshot()).toMatchObject({ state: "READY", revision: "2", lastError: undefined });
});

test("a refused candidate is disposed of, and named by revision and reason in the event and in the record", async () => {
  const kit = await createRejectingKit();
  const events: unknown[] = [];
  kit.index.subscribe(({ type, outcome: how, revision, snapshot }) => {
    if (type === "load") events.push([how, revision, snapshot.lastError?.error]);
  });
  await kit.bring("bad", "1");
  expect(kit.disposed).toEqual([{ id: "bad" }]);
  expect(events).toEqual([["rejected", "1", expect.objectContaining({ code: "HS_REJECTED" })]]);
  expect(kit.index.snapshot()).toMatchObject({
    state: "READY",
    value: { id: "item-1" },
    rejected: "1",
    lastError: { revision: "1", error: { code: "HS_REJECTED" } },
  });
});

test("unchanged() with the refused revision is a success of the schedule: the next load comes after refreshEvery", async () => {
  const kit = await createRejectingKit();
  for (let n = 0; n < 4; n++) await kit.bring("bad", `${n}`);
  while (!kit.index.snapshot().refreshing) await kit.clock.advance(1);
  const at = kit.clock.wall();
  kit.loader.last.succeed(unchanged({ revision: kit.loader.last.context.rejected }));
  await kit.clock.settle();
  expect(kit.index.snapshot()).toMatchObject({ nextAttemptAt: at + 30_000, attempt: 1, rejected: "3" });
});

test("checks are asked in their order, and the first that refuses is the last that is asked", async () => {
  const asked: string[] = [];
  const kit = await createRejectingKit({
    validate: [
      () => void asked.push("first"),
      ({ id }) => {
        asked.push("second");
        return id !== "bad";
      },
      () => void asked.push("third"),
    ],
  });
  asked.splice(0);
  await kit.bring("bad");
  await kit.bring("good");
  expect(asked).toEqual(["first", "second", "first", "second", "third"]);
});

test("reload({ accept }) takes that revision without asking validate, for that reload alone", async () => {
  const kit = await createRejectingKit();
  await kit.bring("bad", "1");
  const accepted = kit.index.reload({ accept: "1" });
  await kit.bring("bad again", "1");
  expect(await outcome(accepted)).toMatchObject({ value: { value: { id: "bad again" }, revision: "1" } });
  expect(kit.index.snapshot()).toMatchObject({ state: "READY", rejected: undefined, lastError: undefined });
  await kit.bring("bad as ever", "2");
  expect(kit.index.snapshot()).toMatchObject({ value: { id: "bad again" }, rejected: "2" });
  expect(kit.asked.map(([next]) => next)).toEqual(["bad", "bad as ever"]);
  await kit.bring("good", "3");
  await kit.bring("bad once more", "1");
  expect(kit.index.snapshot()).toMatchObject({ value: { id: "good" }, rejected: "1" });
});

test("reload({ accept }) of another revision than the load brings is asked as ever, and accept: true takes any", async () => {
  const kit = await createRejectingKit();
  const other = kit.index.reload({ accept: "1" });
  await kit.bring("bad", "2");
  expect(await outcome(other)).toMatchObject({ error: { code: "HS_REJECTED" } });
  const any = kit.index.reload({ accept: true });
  await kit.bring("bad", "2");
  expect(await outcome(any)).toMatchObject({ value: { value: { id: "bad" }, revision: "2" } });
  await kit.bring("bad as ever", "3");
  expect(kit.index.snapshot()).toMatchObject({ value: { id: "bad" }, rejected: "3" });
});

test("for loaded() of the object held the previous value is the same object", async () => {
  const kit = await createRejectingKit();
  const held = kit.index.peek();
  while (!kit.index.snapshot().refreshing) await kit.clock.advance(1_000);
  kit.loader.last.succeed(loaded(held, { revision: "1" }));
  await kit.clock.settle();
  expect([kit.asked, kit.index.peek() === held, kit.disposed]).toEqual([[["item-1", "item-1"]], true, []]);
});
