import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHealth, hints } from "../../../src/index.ts";
import { fromPostgres, postgresHints } from "../../../src/source/postgres/index.ts";
import { missingServer, postgresBinaries, startCluster, type Cluster } from "../kit/cluster.ts";
import { startDeafPooler } from "../kit/deaf-pooler.ts";
import { missingPackages } from "../kit/packages.ts";
import { openPool, PGLITE, SERVER_KINDS, type TestClient } from "../kit/postgres-client.ts";
import { DEEP, pause, until } from "../kit/process.ts";

const binaries = postgresBinaries();
if (missingServer !== undefined) console.log(`skipped on a PostgreSQL server: ${missingServer}`);

let cluster: Cluster;
beforeAll(async () => {
  if (missingServer === undefined) cluster = await startCluster(binaries ?? "");
});
afterAll(() => cluster?.remove());

const KINDS = [
  ...SERVER_KINDS.map((kind) => ({ ...kind, missing: missingServer })),
  // PGlite takes seconds to start. A shorter test of its hints stands with its other tests.
  ...(DEEP ? [{ ...PGLITE, missing: missingPackages }] : []),
];

/** Whether a promise settles within the time. */
const settles = (promise: Promise<unknown>, withinMs: number): Promise<boolean> =>
  Promise.race([
    promise.then(
      () => true,
      () => true,
    ),
    pause(withinMs).then(() => false),
  ]);

for (const kind of KINDS)
  describe.skipIf(kind.missing !== undefined)(`postgresHints() with ${kind.name} (DATA 2.3, 3)`, () => {
    let opened: TestClient;
    beforeAll(async () => {
      opened = await kind.open(cluster?.url ?? "", { max: 3 });
    });
    afterAll(() => opened?.close());

    const open = async (channel: string) => {
      const heard: (string | undefined)[] = [];
      const controller = new AbortController();
      const opening = postgresHints(opened.client, channel);
      const { closed, echo } = await opening((revision) => void heard.push(revision), controller);
      return { heard, controller, closed, echo };
    };

    test("hears NOTIFY, with the payload as the revision, and no other channel", async () => {
      const { heard, controller } = await open("index");
      await opened.run("notify index, 'r7'");
      await opened.run("notify other, 'r8'");
      await opened.run("notify index");
      await until("both are heard", () => heard.length === 2);
      expect(heard).toEqual(["r7", undefined]);
      controller.abort();
    });

    test("takes a name as it is, case and quotes and all", async () => {
      const name = kind.name === "PGlite" ? "The Index; drop" : `The "Index"; drop`;
      const { heard, controller } = await open(name);
      await opened.run(`select pg_notify('${name}', 'x')`);
      await until("it is heard", () => heard.length === 1);
      controller.abort();
    });

    test("is told of a change at the commit, and of none that is rolled back", async () => {
      const { heard, controller } = await open("index");
      const writer = kind.name === "PGlite" ? opened : await kind.open(cluster?.url ?? "", { max: 1 });
      await writer.run("begin");
      await writer.run("notify index, 'lost'");
      await writer.run("rollback");
      await writer.run("begin");
      await writer.run("notify index, 'kept'");
      await writer.run("commit");
      await until("it is heard", () => heard.length > 0);
      expect(heard).toEqual(["kept"]);
      controller.abort();
      if (writer !== opened) await writer.close();
    });

    test("an echo is answered while the channel is open", async () => {
      const { echo, closed, controller } = await open("index");
      await echo();
      await Promise.all([echo(), echo()]);
      expect(await settles(closed, 20)).toBe(false);
      controller.abort();
    });

    test("an abort closes the channel: nothing more is heard", async () => {
      const { heard, closed, controller } = await open("index");
      controller.abort();
      await closed;
      await pause(50);
      await opened.run("notify index, 'late'");
      await pause(50);
      expect(heard).toEqual([]);
    });

    test("an abort before it is open rejects", async () => {
      const reason = new Error("enough");
      const opening = postgresHints(opened.client, "index");
      await expect(opening(() => {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    });
  });

describe.skipIf(missingServer !== undefined)("postgresHints(), when things break", () => {
  test("pg: the pool can be ended as soon as the drain begins, because the channel gives its connection back", async () => {
    const pool = openPool(cluster.url, { max: 2 });
    const health = createHealth();
    const index = health.resource("index", { load: () => 1, refreshEvery: "1h" });
    const connected = new Promise((resolve) =>
      index.subscribe((event) => event.type === "hints" && event.result === "connected" && resolve(undefined)),
    );
    hints(index, postgresHints(pool, "index"));
    health.start();
    await connected;
    health.drain();
    await pool.end();
    await health.close();
  });

  test("pg: a pool of one connection is refused, because LISTEN would keep it and no load could start", () => {
    const pool = openPool(cluster.url, { max: 1 });
    expect(() => postgresHints(pool, "index")).toThrow(
      expect.objectContaining({ code: "HS_INVALID_OPTION", message: expect.stringContaining("max of 2 or more") }),
    );
  });

  test("pg: the connection's end closes the channel, and the process survives without a listener", async () => {
    const pool = openPool(cluster.url, { max: 2 });
    const open = postgresHints(pool, "index");
    const controller = new AbortController();
    const { closed } = await open(() => {}, controller);
    const admin = openPool(cluster.url, { max: 1 });
    await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where query like 'LISTEN%'");
    await closed;
    // What is left is the connection that proved that the channel hears.
    await until("the pool is rid of it", () => pool.totalCount === 1);
    // And it can be opened again.
    const heard: unknown[] = [];
    const again = await open((revision) => void heard.push(revision), controller);
    await admin.query("notify index, 'r1'");
    await until("it is heard", () => heard.length === 1);
    controller.abort();
    await again.closed;
    await until("the pool is rid of it", () => pool.totalCount === 1);
    await pool.end();
    await admin.end();
  });

  test.each(SERVER_KINDS)(
    "$name: a channel that stays deaf behind a pooler does not open, and says why",
    async (kind) => {
      const pooler = await startDeafPooler(cluster.port);
      const opened = await kind.open(cluster.url.replace(String(cluster.port), String(pooler.port)), { max: 3 });
      const opening = postgresHints(opened.client, "index")(() => {}, new AbortController());
      await expect(opening).rejects.toMatchObject({
        kind: "refused",
        message:
          "LISTEN has no effect on this connection. A pooler in transaction mode does this. Connect to the server directly.",
      });
      // Polling goes on through it.
      expect([...(await opened.run("select 1 as one"))]).toEqual([{ one: 1 }]);
      await opened.close();
      await pooler.close();
    },
  );

  test.each(SERVER_KINDS)(
    "$name: on a standby the hints are lost, with the reason, and polling goes on",
    async (kind) => {
      const standby = await startCluster(binaries ?? "", cluster);
      const admin = openPool(cluster.url, { max: 1 });
      await admin.query("drop table if exists version; create table version as select 1 as revision");
      const opened = await kind.open(standby.url, { max: 3 });
      await until("the standby has followed", () =>
        opened.run("select revision from version").then(
          ([row]) => row?.["revision"] === 1,
          () => false,
        ),
      );
      const health = createHealth();
      const index = health.resource("index", {
        load: fromPostgres(opened.client, {
          version: "select revision from version",
          query: "select revision from version",
          parse: (rows: { revision: number }[]) => rows[0]?.revision ?? 0,
        }),
        refreshEvery: 100,
      });
      const told: unknown[] = [];
      index.subscribe((event) => {
        if (event.type === "hints") told.push([event.result, event.reason]);
      });
      hints(index, postgresHints(opened.client, "index"));
      expect(await index.get()).toBe(1);
      await admin.query("update version set revision = 2");
      await until("the poll finds it", () => index.peek() === 2 && told.length > 0);
      expect(told).toEqual([["lost", "cannot execute LISTEN during recovery"]]);
      await health.close();
      await opened.close();
      await admin.end();
      await standby.remove();
    },
  );

  test("pg: a connection that is lost while the channel opens is no deaf one", async () => {
    const pool = openPool(cluster.url, { max: 2 });
    const busy = await pool.connect();
    const opening = postgresHints(pool, "index")(() => {}, new AbortController());
    const opened = expect(opening).rejects.toMatchObject({ kind: "network" });
    const admin = openPool(cluster.url, { max: 1 });
    await until("it listens, and is killed", async () => {
      const { rows } = await admin.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where query like 'LISTEN%' and state = 'idle'",
      );
      return rows.length > 0;
    });
    busy.release();
    await opened;
    await pool.end();
    await admin.end();
  });

  test("pg: a pool whose other connections are busy opens the channel all the same", async () => {
    const pool = openPool(cluster.url, { max: 2 });
    const busy = await pool.connect();
    const controller = new AbortController();
    const { closed } = await postgresHints(pool, "index")(() => {}, controller);
    busy.release();
    controller.abort();
    await closed;
    await pool.end();
  });

  test.each(SERVER_KINDS)("$name: a frozen server answers no echo until it goes on", async (kind) => {
    const opened = await kind.open(cluster.url, { max: 3 });
    const controller = new AbortController();
    const { echo } = await postgresHints(opened.client, "index")(() => {}, controller);
    await echo();
    cluster.freeze();
    let answer: Promise<unknown>;
    try {
      answer = echo();
      expect(await settles(answer, 150)).toBe(false);
    } finally {
      cluster.thaw();
    }
    await answer;
    controller.abort();
    await opened.close();
  });

  test.each(SERVER_KINDS)("$name: after a restart of the server the channel can be opened again", async (kind) => {
    const opened = await kind.open(cluster.url, { max: 3 });
    const heard: (string | undefined)[] = [];
    const hint = (revision?: string): void => void heard.push(revision);
    const open = postgresHints(opened.client, "index");
    const first = new AbortController();
    const { closed, echo } = await open(hint, first);
    await cluster.stop("SIGQUIT");
    // What hints() goes by: the end of the connection, or an echo without an answer.
    if (kind.name === "pg") await closed;
    else expect(await settles(echo(), 300).then((settled) => settled)).toBeDefined();
    first.abort();
    await pause(200);
    await cluster.start();
    const second = new AbortController();
    await until("it opens", () =>
      open(hint, second).then(
        () => true,
        () => false,
      ),
    );
    heard.length = 0;
    await opened.run("notify index, 'after'");
    await until("it is heard", () => heard.includes("after"));
    second.abort();
    await opened.close();
  });

  test("postgres.js connects anew by itself, and says so with a hint", async () => {
    const [, kind] = SERVER_KINDS;
    if (!kind) throw new Error("no kind of client");
    const opened = await kind.open(cluster.url);
    const heard: (string | undefined)[] = [];
    const controller = new AbortController();
    const { echo } = await postgresHints(opened.client, "index")((revision) => void heard.push(revision), controller);
    const admin = openPool(cluster.url, { max: 1 });
    await admin.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where query ilike '%listen %' and pid <> pg_backend_pid()",
    );
    await until("a hint", () => heard.length > 0);
    expect(heard).toEqual([undefined]);
    // The channel of the echo is listened to again a moment after the channel of the hints.
    await until("an echo is answered", () => Promise.race([echo().then(() => true), pause(1_000).then(() => false)]));
    controller.abort();
    await admin.end();
    await opened.close();
  });
});
