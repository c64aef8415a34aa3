import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHealth, SourceError, type LoadContext } from "../../../src/index.ts";
import { fromPostgres, postgresFleet, postgresHints } from "../../../src/source/postgres/index.ts";
import { missingServer, postgresBinaries, startCluster, type Cluster } from "../kit/cluster.ts";
import { contextOf } from "../kit/context.ts";
import { openAdminPool, openPool, openPostgresJs, SERVER_KINDS, type TestClient } from "../kit/postgres-client.ts";
import { DEEP, pause, until } from "../kit/process.ts";

const binaries = postgresBinaries();
if (missingServer !== undefined) console.log(`skipped on a PostgreSQL server: ${missingServer}`);

const KILLS = DEEP ? 1_000 : 40;

let cluster: Cluster;
// What watches and kills, on one connection of its own.
let admin: ReturnType<typeof openPool> & { run(text: string): Promise<readonly Record<string, unknown>[]> };

const asAdmin = (): typeof admin => {
  const pool = openAdminPool(cluster.url, { max: 1 });
  return Object.assign(pool, { run: async (text: string) => (await pool.query(text)).rows });
};

beforeAll(async () => {
  if (missingServer !== undefined) return;
  cluster = await startCluster(binaries ?? "");
  admin = asAdmin();
  await admin.run("create table version (revision int); insert into version values (1)");
});
afterAll(async () => {
  await admin?.end();
  await cluster?.remove();
});

/** How a failed load is known. */
const kindOf = (error: unknown): string => (error instanceof SourceError ? error.kind : String(error));

/** How many backends send rows to a load. */
const backends = async (): Promise<number> => {
  const [row] = await admin.run(
    "select count(*)::int as n from pg_stat_activity where query like 'FETCH %' and state = 'active'",
  );
  return Number(row?.["n"]);
};

/** A query that ends when the test lets it: the connection that watches holds the lock meanwhile. */
const LOCKED = "select pg_advisory_lock(1)";
const lock = (): Promise<unknown> => admin.run("select pg_advisory_lock(1)");
const unlock = (): Promise<unknown> => admin.run("select pg_advisory_unlock(1)");

/** How many clients are connected. */
const connections = async (): Promise<number> => {
  const [row] = await admin.run(
    "select count(*)::int as n from pg_stat_activity where backend_type = 'client backend'",
  );
  return Number(row?.["n"]);
};

describe.skipIf(missingServer !== undefined).each(SERVER_KINDS)(
  "fromPostgres() with $name, when things break",
  (kind) => {
    let opened: TestClient;
    beforeAll(async () => {
      opened = await kind.open(cluster.url, { max: 4 });
    });
    afterAll(() => opened?.close());

    const load = async (query: string, context: Partial<LoadContext> = {}): Promise<unknown> =>
      fromPostgres(opened.client, { version: "select revision from version", query, parse: (rows) => rows })(
        contextOf(context),
      );
    const loads = async (): Promise<void> => {
      expect([...Object(await load("select 1 as one")).value]).toEqual([{ one: 1 }]);
    };

    const healed = (): Promise<boolean> =>
      loads().then(
        () => true,
        () => false,
      );

    test("an abort rejects at once and ends the connection, and the next load has a new one", async () => {
      const controller = new AbortController();
      const reason = new Error("enough");
      await lock();
      const running = load(LOCKED, { signal: controller.signal });
      await until("the query runs", async () => (await backends()) === 1);
      controller.abort(reason);
      await expect(running).rejects.toBe(reason);
      await loads();
      // A backend that waits for a lock sees the end of its connection when the wait is over.
      await unlock();
      await until("the backend is gone", async () => (await backends()) === 0);
    });

    test("an abort before the load begins asks for nothing", async () => {
      const reason = new Error("before");
      await expect(load("select 1", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      await loads();
    });

    test("the server ends a statement at the deadline, whatever the process does", async () => {
      const began = Date.now();
      const error = await load("select pg_sleep(5)", { deadline: began + 300 }).catch((thrown: unknown) => thrown);
      expect(kindOf(error)).toBe("timeout");
      expect(Date.now() - began).toBeLessThan(2_000);
      await loads();
    });

    test(`backends are killed at any moment: ${KILLS} times, and the process survives`, async () => {
      const seen = new Map<string, number>();
      let killed = 0;
      let ended = false;
      const killer = (async () => {
        for (; killed < KILLS; killed++) {
          await pause(Math.random() * 15);
          await admin.run(`select pg_terminate_backend(pid) from pg_stat_activity
          where pid <> pg_backend_pid() and backend_type = 'client backend'`);
        }
        ended = true;
      })();
      while (!ended) {
        // Short and long ones, so that the kill meets each phase of a load.
        const query = `select i, pg_sleep(${Math.random() < 0.5 ? 0 : 0.00001}) from generate_series(1, 6000) i`;
        const outcome = await load(query).then(
          (result) => `rows ${Object(result).value.length}`,
          (error: unknown) => kindOf(error),
        );
        seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
        await pause(1);
      }
      await killer;
      await until("a load finds the server", healed);
      // Under load a kill may meet every load, so rows are not demanded here: the load above has brought them.
      expect([...seen.keys()].filter((outcome) => outcome !== "rows 6000")).toEqual(["network"]);
    });

    test("a frozen server costs one connection, however many loads are given up, and all is well after it", async () => {
      await loads();
      const frozen = await kind.open(cluster.url, { max: 3 });
      const slowly = fromPostgres(frozen.client, {
        version: "select revision from version",
        query: "select 1 as one",
        parse: (rows) => rows,
      });
      await slowly(contextOf());
      const before = await connections();
      cluster.freeze();
      try {
        for (let attempt = 1; attempt <= 6; attempt++) {
          const controller = new AbortController();
          const timer = setTimeout(() => controller.abort(new Error("timeout")), 60);
          const deadline = Date.now() + 60;
          await expect(slowly(contextOf({ signal: controller.signal, deadline, attempt }))).rejects.toThrow("timeout");
          clearTimeout(timer);
        }
      } finally {
        cluster.thaw();
      }
      expect([...Object(await slowly(contextOf())).value]).toEqual([{ one: 1 }]);
      // With postgres.js one more has ended the first.
      expect(await connections()).toBeLessThanOrEqual(before + 1);
      await frozen.close();
      await loads();
    });

    test("a server that restarts fails loads as network, and the next ones find it", async () => {
      await loads();
      const running = load("select pg_sleep(20)").catch(kindOf);
      await until("the query runs", async () => (await backends()) === 1);
      await admin.end();
      await cluster.stop("SIGQUIT");
      expect(await running).toBe("network");
      expect(await load("select 1 as one").catch(kindOf)).toBe("network");
      await cluster.start();
      admin = asAdmin();
      await until("a load finds the server", healed);
    });

    test("in a health: the old value serves while the server is away, and READY comes back", async () => {
      const health = createHealth();
      const index = health.resource("index", {
        load: fromPostgres(opened.client, {
          version: "select revision, now() as as_of from version",
          query: "select revision * 10 as ten from version",
          parse: (rows: { ten: number }[]) => rows[0]?.ten ?? 0,
        }),
        refreshEvery: 200,
        staleAfter: 1_000,
        timeout: 500,
      });
      expect(await index.get()).toBe(10);
      cluster.freeze();
      try {
        await until("the value is stale", () => index.snapshot().state === "STALE");
        expect(index.peek()).toBe(10);
        expect(index.snapshot().lastError).toBeDefined();
      } finally {
        cluster.thaw();
      }
      await admin.run("update version set revision = 2");
      await until("the new value is there", () => index.peek() === 20 && index.snapshot().state === "READY");
      await admin.run("update version set revision = 1");
      await health.close();
    });
  },
);

describe.skipIf(missingServer !== undefined)("connections of the clients", () => {
  test("pg: an abort destroys the connection in the pool, and a load gives its connection back", async () => {
    const pool = openPool(cluster.url, { max: 2 });
    const load = fromPostgres(pool, { version: "select 1", query: LOCKED, parse: (rows) => rows });
    const controller = new AbortController();
    await lock();
    const running = load(contextOf({ signal: controller.signal }));
    await until("the query runs", async () => (await backends()) === 1);
    controller.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    expect(pool.totalCount).toBe(0);
    await unlock();
    const fast = fromPostgres(pool, { version: "select 1", query: "select 1", parse: (rows) => rows });
    for (let count = 0; count < 20; count++) await fast(contextOf());
    expect(pool.totalCount).toBe(1);
    const listeners = new Set<number>();
    for (let count = 0; count < 3; count++) {
      const connection = await pool.connect();
      listeners.add(Number(Reflect.apply(Reflect.get(connection, "listenerCount"), connection, ["error"])));
      connection.release();
      await fast(contextOf());
    }
    expect([...listeners]).toHaveLength(1);
    await pool.end();
  });

  test("pg: a connection that fails before the first load does not end the process", async () => {
    for (const handIn of [
      (pool: ReturnType<typeof openPool>) =>
        fromPostgres(pool, { version: "select 1", query: "select 1", parse: String }),
      (pool: ReturnType<typeof openPool>) => postgresHints(pool, "index"),
      (pool: ReturnType<typeof openPool>) => postgresFleet(pool),
    ]) {
      const pool = openPool(cluster.url, { max: 2 });
      await pool.query("select 11 as idle");
      handIn(pool);
      await admin.run("select pg_terminate_backend(pid) from pg_stat_activity where query = 'select 11 as idle'");
      await until("the pool is rid of it", () => pool.totalCount === 0);
      await pool.end();
    }
  });

  test("pg: a connection that comes after the abort goes back to the pool", async () => {
    const pool = openPool(cluster.url, { max: 1 });
    const held = await pool.connect();
    const load = fromPostgres(pool, { version: "select 1", query: "select 1 as one", parse: (rows) => rows });
    const controller = new AbortController();
    const running = load(contextOf({ signal: controller.signal }));
    controller.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    held.release();
    expect(Object(await load(contextOf())).value).toEqual([{ one: 1 }]);
    await pool.end();
  });

  test("postgres.js: an abort ends the connection on the server, long before the statement's own end", async () => {
    const sql = openPostgresJs(cluster.url, { max: 2 });
    const load = fromPostgres(sql, { version: "select 1", query: LOCKED, parse: (rows) => rows });
    await lock();
    const controller = new AbortController();
    const running = load(contextOf({ signal: controller.signal, deadline: Date.now() + 600_000 }));
    await until("the query runs", async () => (await backends()) === 1);
    controller.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    await until("the backend is gone", async () => (await backends()) === 0);
    await unlock();
    // Without a time limit, the client waits for ever for a connection that was lost inside of begin().
    await sql.end({ timeout: 1 });
  });

  test("postgres.js: with one connection, an abort still ends at the deadline", async () => {
    const sql = openPostgresJs(cluster.url, { max: 1 });
    const load = fromPostgres(sql, { version: "select 1", query: "select pg_sleep(20)", parse: (rows) => rows });
    const controller = new AbortController();
    const running = load(contextOf({ signal: controller.signal, deadline: Date.now() + 600 }));
    await pause(200);
    controller.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    const began = Date.now();
    const fast = fromPostgres(sql, { version: "select 1", query: "select 1 as one", parse: (rows) => rows });
    expect([...Object(await fast(contextOf())).value]).toEqual([{ one: 1 }]);
    expect(Date.now() - began).toBeLessThan(5_000);
    await sql.end();
  });

  test("postgres.js: a late abort never ends another's transaction on the same connection", async () => {
    const sql = openPostgresJs(cluster.url, { max: 1 });
    const load = fromPostgres(sql, { version: "select 1", query: "select pg_sleep(0.1)", parse: (rows) => rows });
    const controller = new AbortController();
    const running = load(contextOf({ signal: controller.signal }));
    await pause(50);
    // With one connection, what ends the transaction runs after it, on the connection that is another's by then.
    controller.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    for (let count = 0; count < 10; count++) expect([...(await sql.unsafe("select 1 as one"))]).toEqual([{ one: 1 }]);
    await sql.end();
  });

  test("a wrong password and a missing table are refusals, and say so", async () => {
    const pool = openPool(cluster.url);
    const load = fromPostgres(pool, {
      version: "select revision from nowhere",
      query: "select 1",
      parse: (rows) => rows,
    });
    await expect(load(contextOf())).rejects.toMatchObject({
      kind: "refused",
      message: 'PostgreSQL: relation "nowhere" does not exist (SQLSTATE 42P01)',
    });
    await pool.end();
    const nobody = openPool(cluster.url.replace("tester@", "nobody@"));
    const refused = fromPostgres(nobody, { version: "select 1", query: "select 1", parse: (rows) => rows });
    await expect(refused(contextOf())).rejects.toMatchObject({ kind: "refused" });
    await nobody.end();
  });
});
