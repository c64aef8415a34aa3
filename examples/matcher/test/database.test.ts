import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHealth, type Resource } from "health-state";
import { addContents, bankNames, contentCount, createBank, deleteBank, deleteContent } from "../src/db/bank-store.ts";
import { latestBuild, readRevision, recordBuild } from "../src/db/build-store.ts";
import type { Database } from "../src/db/database.ts";
import { migrate } from "../src/db/schema.ts";
import { createIndexLoader } from "../src/index/load-index.ts";
import type { MatchIndex } from "../src/index/match-index.ts";
import { createIndexer } from "../src/index/indexer.ts";
import { generatedHash } from "../src/seed/generated-hash.ts";
import { GENERATED_BANK, seedGenerated } from "../src/seed/seed.ts";
import { parseSignal } from "../src/signal/signal-type.ts";
import { KINDS, type TestDatabase } from "./helper/database.ts";

const MD5 = "0123456789abcdef0123456789abcdef";
const noPause = async (): Promise<void> => {};

for (const kind of KINDS) {
  if (kind.missing !== undefined) console.log(`skipped on the ${kind.name} database: ${kind.missing}`);

  describe.skipIf(kind.missing !== undefined)(`on the ${kind.name} database`, () => {
    let opened: TestDatabase;
    let database: Database;
    beforeAll(async () => {
      opened = await kind.open();
      database = opened.database;
      await migrate(database);
    });
    afterAll(() => opened?.remove());

    const load = (): { readonly index: Resource<MatchIndex>; close(): Promise<void> } => {
      const health = createHealth();
      const index = health.resource("index", { load: createIndexLoader(database, () => Date.now()) });
      return { index, close: () => health.close() };
    };

    test("making the tables twice changes nothing", async () => {
      await migrate(database);
      expect(await readRevision(database)).toBe(0);
      expect(await latestBuild(database)).toBeUndefined();
    });

    test("a bank's name can be taken once", async () => {
      expect(await createBank(database, "flags")).toBe(true);
      expect(await createBank(database, "flags")).toBe(false);
      expect([...(await bankNames(database)).values()]).toEqual(["flags"]);
    });

    test("contents go in all or none, come out one by one, and each change is counted", async () => {
      const before = await readRevision(database);
      const last = await addContents(database, "flags", [
        { label: "both", md5: MD5, pdq: generatedHash(1) },
        { label: "one", pdq: generatedHash(2) },
      ]);
      expect(await contentCount(database, "flags")).toBe(2);
      expect(await readRevision(database)).toBe(before + 1);

      await expect(
        addContents(database, "flags", [
          { label: "good", pdq: generatedHash(3) },
          { label: "short", pdq: "ab" },
        ]),
      ).rejects.toThrow();
      expect(await contentCount(database, "flags")).toBe(2);
      expect(await readRevision(database)).toBe(before + 1);

      expect(await deleteContent(database, "nobody", last ?? 0)).toBe(false);
      expect(await deleteContent(database, "flags", last ?? 0)).toBe(true);
      expect(await deleteContent(database, "flags", last ?? 0)).toBe(false);
      expect(await readRevision(database)).toBe(before + 2);
    });

    test("a bank that is not there takes nothing", async () => {
      const before = await readRevision(database);
      expect(await addContents(database, "nobody", [{ label: "lost", md5: MD5 }])).toBeUndefined();
      expect(await contentCount(database, "nobody")).toBe(0);
      expect(await deleteBank(database, "nobody")).toBe(false);
      expect(await readRevision(database)).toBe(before);
    });

    test("what was built is what is loaded, across parts, with its bank and its ids", async () => {
      await seedGenerated(database, 45_000, () => {});
      await seedGenerated(database, 45_000, () => {});
      expect(await contentCount(database, GENERATED_BANK)).toBe(45_000);

      const build = await recordBuild(database, noPause);
      expect(build).toEqual({
        id: build.id,
        revision: expect.stringMatching(new RegExp(`^[0-9a-f-]{36}\\.${build.id}$`)),
        builtTo: await readRevision(database),
        size: { md5: 1, pdq: 45_001 },
      });
      expect(await latestBuild(database)).toEqual(build);

      const { index, close } = load();
      const held = await index.get();
      expect(held.lookup(parseSignal("md5", MD5))).toMatchObject([{ bank: "flags", distance: 0 }]);
      for (const ordinal of [0, 19_999, 20_000, 44_999])
        expect(held.lookup(parseSignal("pdq", generatedHash(ordinal)))).toContainEqual(
          expect.objectContaining({ bank: GENERATED_BANK, distance: 0 }),
        );
      expect(held.lookup(parseSignal("pdq", generatedHash(45_000)))).toEqual([]);
      await close();
    });

    test("a look at an unchanged checkpoint loads nothing, and moves the moment it is vouched for", async () => {
      const { index, close } = load();
      const first = await index.reload();
      const second = await index.reload();
      expect(second.value).toBe(first.value);
      expect(second.generation).toBe(1);
      expect(second.asOf).toBeGreaterThanOrEqual(first.asOf ?? Infinity);
      await close();
    });

    test("the indexer builds when the banks have changed, and only then", async () => {
      const built: number[] = [];
      const indexer = createIndexer({ database, onBuilt: ({ builtTo }) => built.push(builtTo) });
      expect(await indexer.run()).toBeUndefined();
      await addContents(database, "flags", [{ label: "new", pdq: generatedHash(60_000) }]);
      const [first, same] = await Promise.all([indexer.run(), indexer.run()]);
      expect(first).toBe(same);
      expect(await indexer.run()).toBeUndefined();
      expect(built).toEqual([await readRevision(database)]);
      indexer.stop();
    });

    test("a build that is recorded is announced by its revision to those who listen", async () => {
      const heard: (string | undefined)[] = [];
      let told = (): void => {};
      const announced = new Promise<void>((resolve) => (told = resolve));
      const listening = new AbortController();
      await database.onBuild(
        (revision) => {
          heard.push(revision);
          told();
        },
        { signal: listening.signal },
      );
      const { revision } = await recordBuild(database, noPause);
      await announced;
      expect(heard).toEqual([revision]);
      listening.abort();
    });

    test("a build that is given up is never seen, and the next one clears it away", async () => {
      const latest = await latestBuild(database);
      await expect(recordBuild(database, () => Promise.reject(new Error("given up")))).rejects.toThrow("given up");
      expect(await latestBuild(database)).toEqual(latest);
      const next = await recordBuild(database, noPause);
      const rows = await database.query<{ id: number }>("select id from index_build order by id");
      expect(rows.map(({ id }) => id)).toEqual([latest?.id, next.id]);
    });

    test("a deleted bank is gone from the next build, with everything in it", async () => {
      expect(await deleteBank(database, GENERATED_BANK)).toBe(true);
      await recordBuild(database, noPause);
      const { index, close } = load();
      const held = await index.get();
      expect(held.build.size).toEqual({ md5: 1, pdq: 2 });
      expect(held.lookup(parseSignal("pdq", generatedHash(5)))).toEqual([]);
      await close();
    });
  });
}
