import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { addContents, createBank, deleteBank } from "../src/db/bank-store.ts";
import { latestBuild, recordBuild } from "../src/db/build-store.ts";
import type { Database } from "../src/db/database.ts";
import { openPglite } from "../src/db/pglite.ts";
import { migrate } from "../src/db/schema.ts";
import { withFaults } from "../src/demo/faults.ts";
import { createIndexer } from "../src/index/indexer.ts";
import { createMatcher, type Matcher } from "../src/matcher.ts";
import { generatedHash } from "../src/seed/generated-hash.ts";

const MD5 = "0123456789abcdef0123456789abcdef";
const noPause = async (): Promise<void> => {};

let real: Database;
let folder: string;
let matcher: Matcher;
let database: Database;
let faults: ReturnType<typeof withFaults>["faults"];

beforeAll(async () => {
  real = await openPglite();
  await migrate(real);
});
afterAll(() => real.close());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "matcher-"));
  await deleteBank(real, "spam");
  await createBank(real, "spam");
  const contents = Array.from({ length: 10 }, (_, at) => ({ label: `${at}`, pdq: generatedHash(at) }));
  await addContents(real, "spam", [...contents, { label: "file", md5: MD5 }]);
  await recordBuild(real, noPause);
  start();
});
afterEach(async () => {
  await matcher.health.close();
  await rm(folder, { recursive: true });
});

function start(): void {
  ({ database, faults } = withFaults(real));
  const storePath = join(folder, "index.lkg");
  matcher = createMatcher({ database, roles: { matcher: true, curator: true }, storePath, faults });
}

/** Ends the process in the small, and starts it anew; what was accepted is on disk then. */
async function restart(prepare: () => void = () => {}): Promise<void> {
  await matcher.health.close();
  start();
  prepare();
}

const bodyOf = async (path: string): Promise<unknown> => (await matcher.app.request(path)).json();
const lookUp = (type: string, signal: string): Promise<unknown> =>
  bodyOf(`/m/lookup?signal_type=${type}&signal=${signal}`);

test("a start without the database serves what the last process held, and finds the same in it", async () => {
  await matcher.index?.reload();
  const before = [await lookUp("pdq", generatedHash(3)), await lookUp("md5", MD5)];
  expect(before).toMatchObject([{ lookups: [{ matches: [{ bank: "spam" }] }] }, { lookups: [{ matches: [{}] }] }]);

  await restart(() => faults.stopDatabase());
  await matcher.index?.get();
  expect(matcher.index?.snapshot()).toMatchObject({ origin: "store", state: "READY", generation: 1 });
  expect([await lookUp("pdq", generatedHash(3)), await lookUp("md5", MD5)]).toEqual(before);
  expect(await lookUp("pdq", generatedHash(60))).toMatchObject({ lookups: [{ matches: [] }] });
});

test("with the database there, the restored index is confirmed without being read again", async () => {
  await matcher.index?.reload();
  await restart();
  const asked: string[] = [];
  const query = real.query.bind(real);
  matcher.health.start();
  await matcher.index?.get();
  real.query = (sql, parameters) => {
    asked.push(sql);
    return query(sql, parameters);
  };
  await matcher.index?.reload();
  real.query = query;
  expect(matcher.index?.snapshot()).toMatchObject({ origin: "source", generation: 1 });
  expect(asked.filter((sql) => sql.includes("index_part"))).toEqual([]);
});

test("an emptied bank is refused and the index held goes on serving, also after a restart, until it is accepted", async () => {
  await matcher.index?.reload();
  await deleteBank(real, "spam");
  const { revision } = await recordBuild(real, noPause);

  for (const when of ["at once", "after a restart"]) {
    if (when === "after a restart") await restart();
    await matcher.index?.reload().catch(() => {});
    const snapshot = matcher.index?.snapshot();
    expect([when, snapshot?.rejected, snapshot?.value?.build.size]).toEqual([when, revision, { md5: 1, pdq: 10 }]);
    expect(await lookUp("pdq", generatedHash(3))).toMatchObject({ lookups: [{ matches: [{ bank: "spam" }] }] });
    expect((await matcher.app.request("/status")).status).toBe(200);
  }

  expect((await matcher.app.request("/demo/accept", { method: "POST" })).status).toBe(204);
  expect(matcher.index?.snapshot()).toMatchObject({ rejected: undefined, revision });
  expect(await lookUp("pdq", generatedHash(3))).toMatchObject({ lookups: [{ matches: [] }] });
  expect((await matcher.app.request("/demo/accept", { method: "POST" })).status).toBe(409);
});

test("the index of another database is no index of this one", async () => {
  await matcher.index?.reload();
  await matcher.health.close();
  await real.query("update revision set name = gen_random_uuid()");
  start();
  await matcher.index?.get();
  const restored = matcher.index?.snapshot().revision;
  await matcher.index?.reload();
  expect(matcher.index?.snapshot()).toMatchObject({ generation: 2, origin: "source" });
  expect(matcher.index?.snapshot().revision).not.toBe(restored);
});

test("the buttons: the database stops, an empty build is published, and healing brings a whole one", async () => {
  const post = async (path: string): Promise<number> => (await matcher.app.request(path, { method: "POST" })).status;
  await matcher.index?.reload();

  expect(await post("/demo/stop-database")).toBe(204);
  await matcher.index?.reload().catch(() => {});
  expect(matcher.index?.snapshot().lastError?.error).toMatchObject({ message: "the database is stopped" });
  expect(await post("/demo/heal")).toBe(204);
  expect(await post("/demo/publish-empty")).toBe(204);
  await matcher.index?.reload().catch(() => {});
  expect(matcher.index?.snapshot().rejected).toMatch(/^[0-9a-f-]{36}\.\d+$/);
  expect(await lookUp("pdq", generatedHash(3))).toMatchObject({ lookups: [{ matches: [{ bank: "spam" }] }] });

  expect(await post("/demo/heal")).toBe(204);
  await recordBuild(real, noPause);
  await matcher.index?.reload();
  expect(matcher.index?.snapshot()).toMatchObject({ rejected: undefined, lastError: undefined });

  const headers = { "sec-fetch-site": "cross-site" };
  expect((await matcher.app.request("/demo/stop-database", { method: "POST", headers })).status).toBe(403);
});

test("an empty build is the newest one, in whichever moment of the curator's work it is published", async () => {
  for (let at = 0, isAtWork = true; isAtWork; at++) {
    await faults.heal();
    let queries = 0;
    const indexer = createIndexer({
      database: {
        ...real,
        query: async (sql, parameters) => {
          if (queries++ === at) await faults.publishEmpty();
          return real.query(sql, parameters);
        },
      },
    });
    await indexer.run();
    isAtWork = queries > at;
    if (isAtWork) expect([at, (await latestBuild(real))?.size]).toEqual([at, { md5: 0, pdq: 0 }]);
    else expect((await latestBuild(real))?.size).toEqual({ md5: 1, pdq: 10 });
    if (!isAtWork) expect(at).toBeGreaterThan(3);
  }
});

test("commands act in their order: an empty build that is published right after healing is refused", async () => {
  await matcher.index?.reload();
  const order: string[] = [];
  let heal = (): void => {};
  const healed = new Promise<void>((resolve) => (heal = resolve));
  const slow = withFaults({
    ...real,
    query: async (sql, parameters) => {
      if (sql.startsWith("update revision")) await healed;
      order.push(sql.split(" ").slice(0, 3).join(" "));
      return real.query(sql, parameters);
    },
  });
  const commands = [slow.faults.heal(), slow.faults.publishEmpty()];
  await real.query("select 1");
  expect(order).toEqual([]);
  heal();
  await Promise.all(commands);
  expect(order.slice(0, 2)).toEqual(["update revision set", "insert into index_build"]);

  // The curator finds that this build goes up to the last change.
  expect(await createIndexer({ database: real }).run()).toBeUndefined();
  await matcher.index?.reload().catch(() => {});
  expect(matcher.index?.snapshot().rejected).toBe((await latestBuild(real))?.revision);
});

test("a build is found by its announcement, without waiting for the next look", async () => {
  matcher.health.start();
  await matcher.index?.get();
  const found = new Promise<void>((resolve) => {
    matcher.index?.subscribe(({ snapshot }) => {
      if (snapshot.value?.build.size.pdq === 11) resolve();
    });
  });
  await addContents(real, "spam", [{ label: "new", pdq: generatedHash(99) }]);
  await recordBuild(real, noPause);
  await found;
  expect(matcher.index?.snapshot().hints).toBe("connected");
});
