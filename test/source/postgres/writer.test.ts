import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromPostgres } from "../../../src/source/postgres/index.ts";
import { missingServer, postgresBinaries, startCluster, type Cluster } from "../kit/cluster.ts";
import { contextOf } from "../kit/context.ts";
import { openAdminPool, SERVER_KINDS, type ClientKind } from "../kit/postgres-client.ts";
import { DEEP, pause } from "../kit/process.ts";

const binaries = postgresBinaries();
if (missingServer !== undefined) console.log(`skipped on a PostgreSQL server: ${missingServer}`);

const WRITE_FOR_MS = DEEP ? 60_000 : 1_000;
const WRITERS = 4;

let cluster: Cluster;
beforeAll(async () => {
  if (missingServer === undefined) cluster = await startCluster(binaries ?? "");
});
afterAll(() => cluster?.remove());

const CONTENT = "select id, n from content order by id";
const textOf = (rows: readonly { readonly id: number; readonly n: number }[]): string =>
  rows.map(({ id, n }) => `${id}:${n}`).join(" ");

interface History {
  /** Every committed state by its revision. */
  readonly states: ReadonlyMap<string, string>;
  readonly last: string;
  commits(): number;
  /** Writes until the time is over. */
  readonly written: Promise<void>;
}

/**
 * Writers that insert, change, delete and fill anew, and wait before they commit, so that rows become visible in another order
 * than they were stamped. Each bumps one row in its own transaction.
 */
async function write(forMs: number): Promise<History> {
  const pool = openAdminPool(cluster.url, { max: WRITERS });
  await pool.query(`drop table if exists version, content;
    create table version (revision uuid not null);
    insert into version values (gen_random_uuid());
    create table content (id serial primary key, n int not null, updated_at timestamptz not null default now());
    insert into content (n) select i from generate_series(1, 50) i`);
  const states = new Map<string, string>();
  const read = async (connection: { query(query: { text: string }): Promise<{ rows: readonly unknown[] }> }) =>
    textOf((await connection.query({ text: CONTENT })).rows as { id: number; n: number }[]);
  const [first] = (await pool.query("select revision from version")).rows;
  let last = await read({ query: ({ text }) => pool.query(text) });
  states.set(String(first?.["revision"]), last);
  let commits = 0;
  const end = Date.now() + forMs;
  const writer = async (): Promise<void> => {
    while (Date.now() < end) {
      const connection = await pool.connect();
      try {
        await connection.query({ text: "begin" });
        const chance = Math.random();
        if (chance < 0.04)
          await connection.query({
            text: "truncate content; insert into content (n) select i from generate_series(1, 50) i",
          });
        else if (chance < 0.4)
          await connection.query({ text: "insert into content (n) values (floor(random() * 1000))" });
        else if (chance < 0.7)
          await connection.query({
            text: `update content set n = n + 1, updated_at = now()
              where id = (select id from content order by random() limit 1)`,
          });
        else
          await connection.query({
            text: "delete from content where id = (select id from content order by random() limit 1)",
          });
        if (Math.random() < 0.2) await pause(Math.random() * 20);
        const { rows } = await connection.query({
          text: "update version set revision = gen_random_uuid() returning revision",
        });
        // The row of the version is locked until the commit, so this is the whole state that the commit makes.
        const state = await read(connection);
        states.set(String((rows[0] as { revision: string }).revision), state);
        await connection.query({ text: "commit" });
        last = state;
        commits++;
      } finally {
        connection.release();
      }
    }
  };
  const written = (async () => {
    await Promise.all(Array.from({ length: WRITERS }, writer));
    await pool.end();
  })();
  return {
    states,
    get last() {
      return last;
    },
    commits: () => commits,
    written,
  };
}

/** Loads without a pause while the writers write, and once after them. */
async function follow(kind: ClientKind, version: string, history: History, killing: boolean) {
  const opened = await kind.open(cluster.url, { max: 2 });
  const admin = openAdminPool(cluster.url, { max: 1 });
  const load = fromPostgres(opened.client, { version, query: CONTENT, parse: textOf });
  let held: { revision: string; value: string } | undefined;
  const wrong: string[] = [];
  const count = { loaded: 0, unchanged: 0, failed: 0 };
  const once = async (): Promise<void> => {
    try {
      const result = Object(await load(contextOf({ revision: held?.revision, previous: held?.value })));
      if (result.value === undefined) count.unchanged++;
      else {
        count.loaded++;
        held = { revision: result.revision, value: result.value };
        if (!new Set(history.states.values()).has(result.value)) wrong.push("a state that was never committed");
        const state = history.states.get(result.revision);
        if (state !== undefined && state !== result.value) wrong.push("another state than the revision's");
      }
    } catch {
      count.failed++;
    }
  };
  let writing = true;
  const killer = (async () => {
    while (writing && killing) {
      await pause(40);
      await admin.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where query like 'FETCH%' or query = 'COMMIT'",
      );
    }
  })();
  const loading = (async () => {
    while (writing) await once();
  })();
  await history.written;
  writing = false;
  await Promise.all([killer, loading]);
  for (let attempt = 0, failed = -1; attempt < 5 && failed !== count.failed; attempt++) {
    failed = count.failed;
    await once();
  }
  if (held?.value !== history.last) wrong.push("not the last state");
  await admin.end();
  await opened.close();
  return { ...count, wrong: [...new Set(wrong)] };
}

describe.skipIf(missingServer !== undefined)("while others write (DATA 2.3)", () => {
  test.each(SERVER_KINDS)("$name: every accepted value equals a committed state, and none is missed", async (kind) => {
    const history = await write(WRITE_FOR_MS);
    const { wrong, loaded, unchanged } = await follow(kind, "select revision from version", history, false);
    console.log(`${kind.name}: ${history.commits()} commits, ${loaded} values, ${unchanged} unchanged`);
    expect(wrong).toEqual([]);
    expect(history.commits() / (WRITE_FOR_MS / 1_000)).toBeGreaterThan(50);
    expect(loaded).toBeGreaterThan(10);
  });

  test("and so it is while its backends are killed", async () => {
    const history = await write(WRITE_FOR_MS);
    const [kind] = SERVER_KINDS;
    if (!kind) throw new Error("no kind of client");
    const { wrong, loaded } = await follow(kind, "select revision from version", history, true);
    expect(wrong).toEqual([]);
    expect(loaded).toBeGreaterThan(1);
  });

  test("max(updated_at) as the version misses deletes, which is why the guide says not to use it", async () => {
    const pool = openAdminPool(cluster.url, { max: 1 });
    await pool.query(`drop table if exists content;
      create table content (id int primary key, n int, updated_at timestamptz not null default now());
      insert into content select i, i from generate_series(1, 3) i`);
    const load = fromPostgres(pool, { version: "select max(updated_at) from content", query: CONTENT, parse: textOf });
    const first = Object(await load(contextOf()));
    await pool.query("delete from content where id = 2");
    const second = Object(await load(contextOf({ revision: first.revision, previous: first.value })));
    expect([first.value, second.value]).toEqual(["1:1 2:2 3:3", undefined]);

    // A transaction that began first and commits last brings an older stamp.
    const other = openAdminPool(cluster.url, { max: 1 });
    await other.query("begin");
    await other.query("insert into content values (4, 4)");
    await pool.query("insert into content values (5, 5)");
    const third = Object(await load(contextOf({ revision: first.revision, previous: first.value })));
    await other.query("commit");
    const fourth = Object(await load(contextOf({ revision: third.revision, previous: third.value })));
    expect([third.value, fourth.value]).toEqual(["1:1 3:3 5:5", undefined]);
    await other.end();
    await pool.end();
  });

  test("a failover that loses writes: the new primary's state is loaded, although it is older", async () => {
    const standby = await startCluster(binaries ?? "", cluster);
    const primary = openAdminPool(cluster.url, { max: 1 });
    const promoted = openAdminPool(standby.url, { max: 1 });
    try {
      await primary.query(`drop table if exists version, content;
        create table version (revision uuid not null, counter int not null);
        insert into version values (gen_random_uuid(), 1);
        create table content (id serial primary key, n int not null);
        insert into content (n) values (1)`);
      const bump = "update version set revision = gen_random_uuid(), counter = counter + 1";
      const [at] = (await primary.query("select pg_current_wal_lsn()::text as lsn")).rows;
      for (;;) {
        const [row] = (
          await promoted.query(`select pg_last_wal_replay_lsn() >= '${String(at?.["lsn"])}'::pg_lsn as there`)
        ).rows;
        if (row?.["there"] === true) break;
        await pause(10);
      }
      // From here on the standby hears nothing, so what follows is lost.
      await promoted.query("alter system set primary_conninfo = ''");
      await promoted.query("select pg_reload_conf()");
      await pause(300);
      await primary.query(`begin; insert into content (n) values (666); ${bump}; commit`);
      const options = { query: CONTENT, parse: textOf };
      const loadOf = (pool: typeof primary, column: string) =>
        fromPostgres(pool, { ...options, version: `select ${column} from version` });
      const lost = Object(await loadOf(primary, "revision")(contextOf()));
      const counted = Object(await loadOf(primary, "counter")(contextOf()));
      expect(lost.value).toBe("1:1 2:666");

      await promoted.query("select pg_promote()");
      const [ready] = (await promoted.query("select pg_is_in_recovery() as away")).rows;
      expect(ready?.["away"]).toBe(false);
      const held = { revision: lost.revision, previous: lost.value };
      expect(Object(await loadOf(promoted, "revision")(contextOf(held))).value).toBe("1:1");
      await promoted.query(`begin; insert into content (n) values (7); ${bump}; commit`);
      expect(Object(await loadOf(promoted, "revision")(contextOf(held))).value).toMatch(/^1:1 \d+:7$/);
      // A counter comes again with other content, which is why the guide has a random revision.
      const again = { revision: counted.revision, previous: counted.value };
      expect(Object(await loadOf(promoted, "counter")(contextOf(again))).value).toBeUndefined();
    } finally {
      await primary.end();
      await promoted.end();
      await standby.remove();
    }
  });
});
