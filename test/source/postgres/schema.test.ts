import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SourceError, type LoadContext } from "../../../src/index.ts";
import { fromPostgres } from "../../../src/source/postgres/index.ts";
import { missingServer, postgresBinaries, startCluster, type Cluster } from "../kit/cluster.ts";
import { contextOf } from "../kit/context.ts";
import { openAdminPool, openPool, SERVER_KINDS, type TestClient } from "../kit/postgres-client.ts";
import { until } from "../kit/process.ts";

const binaries = postgresBinaries();
if (missingServer !== undefined) console.log(`skipped on a PostgreSQL server: ${missingServer}`);

let cluster: Cluster;
/** What changes the schema, on one connection of its own. */
let admin: ReturnType<typeof openAdminPool>;
beforeAll(async () => {
  if (missingServer !== undefined) return;
  cluster = await startCluster(binaries ?? "");
  admin = openAdminPool(cluster.url, { max: 1 });
});
afterAll(async () => {
  await admin?.end();
  await cluster?.remove();
});

const NEXT_REVISION = "update version set revision = revision + 1";

/**
 * DDL that is not MVCC-safe: after its commit, an older snapshot sees none of the rows. Each row of the table is `n`,
 * times ten after the change.
 */
const CHANGES: readonly (readonly [name: string, statements: readonly string[]])[] = [
  ["a table is truncated and filled anew", ["truncate content", "insert into content values (10), (20)"]],
  ["a column gets another type", ["alter table content alter n type bigint using n * 10"]],
  [
    "a table is replaced by a new one",
    [
      "create table fresh as select n * 10 as n from content",
      "alter table content rename to old",
      "alter table fresh rename to content",
    ],
  ],
  [
    "a table is dropped and created",
    ["drop table content", "create table content as values (10), (20)", "alter table content rename column1 to n"],
  ],
];

/** Changes, one after the other, and what the next load has. */
const SCHEMA: ReadonlyMap<string, string> = new Map([
  ["grant select on version, content to reader", '[{"n":1},{"n":2}]'],
  ["alter table content add more int", '[{"n":1,"more":null},{"n":2,"more":null}]'],
  ["alter table content rename n to m", '[{"m":1,"more":null},{"m":2,"more":null}]'],
  ["alter table content drop more", '[{"m":1},{"m":2}]'],
  ["alter table content alter m type text", '[{"m":"1"},{"m":"2"}]'],
  ["revoke select on content from reader", "refused: PostgreSQL: permission denied for table content (SQLSTATE 42501)"],
  ["alter table content rename to kept", 'refused: PostgreSQL: relation "content" does not exist (SQLSTATE 42P01)'],
  ["create view content as select m from kept; grant select on content to reader", '[{"m":"1"},{"m":"2"}]'],
  ["create or replace view content as select m || '!' as m from kept", '[{"m":"1!"},{"m":"2!"}]'],
  [
    "alter view content rename to shown; create table content as select 1.5 as n; grant select on content to reader",
    '[{"n":"1.5"}]',
  ],
  ["alter table content enable row level security", "[]"],
]);

describe.skipIf(missingServer !== undefined).each(SERVER_KINDS)(
  "fromPostgres() with $name, when the schema changes",
  (kind) => {
    let opened: TestClient;
    beforeAll(async () => {
      opened = await kind.open(cluster.url, { max: 2 });
    });
    afterAll(() => opened?.close());
    beforeEach(async () => {
      await admin.query(`drop table if exists version, content, old, fresh, kept cascade;
      create table version (revision int); insert into version values (1);
      create table content (n int); insert into content values (1), (2)`);
      await admin.query("drop role if exists reader; create role reader login");
    });

    const load = async (query = "select n::int from content order by n", given: Partial<LoadContext> = {}) => {
      const loader = fromPostgres(opened.client, {
        version: "select revision from version",
        query,
        parse: (rows: { n: number }[]) => rows.map(({ n }) => n).join(),
      });
      return loader(contextOf(given));
    };

    test.each(CHANGES)(
      "%s while the load waits for its lock: the value is that of the revision",
      async (_, changes) => {
        await admin.query("begin");
        for (const statement of [...changes, NEXT_REVISION]) await admin.query(statement);
        const running = load();
        await until("the load waits for the lock", isLoadWaiting);
        await admin.query("commit");
        expect(await running).toMatchObject({ revision: "2", value: "10,20" });
      },
    );

    const isLoadWaiting = async (): Promise<boolean> => {
      const { rows } = await admin.query("select count(*)::int as n from pg_locks where not granted");
      return rows[0]?.["n"] === 1;
    };

    test("a table that is truncated during each of three readings fails the load as moving", async () => {
      const truncate = `begin; truncate content; insert into content values (10); ${NEXT_REVISION}`;
      await admin.query(truncate);
      const running = load().catch((error: unknown) => error);
      for (let count = 0; count < 3; count++) {
        await until("the load waits for the lock", isLoadWaiting);
        await admin.query(count < 2 ? `commit; ${truncate}` : "commit");
      }
      expect(await running).toMatchObject({ code: "HS_SOURCE", kind: "moving" });
      expect(await load()).toMatchObject({ revision: "4", value: "10" });
    });

    test("work on other tables, and what leaves the rows alone, reads nothing twice", async () => {
      for (const [change, all] of [
        ["select 1", "1,2"],
        ["alter table content add column more int default 5", "1,2"],
        ["comment on table content is 'more'", "1,2"],
        ["vacuum full content", "1,2"],
        ["reindex table content", "1,2"],
      ] as const) {
        await admin.query(change);
        expect(await load()).toMatchObject({ value: all });
      }
    });

    /** A loader with the rights of a role. It keeps its connection, which may remember the plan of a query. */
    const readerOf = async (): Promise<{ close(): Promise<void>; load(): Promise<unknown> }> => {
      const reader = await kind.open(cluster.url.replace("tester@", "reader@"), { max: 2 });
      const loader = fromPostgres(reader.client, {
        version: { text: "select revision from version where $1", values: [true] },
        query: { text: "select * from content where $1 order by 1", values: [true] },
        parse: (rows: object[]) => JSON.stringify(rows),
      });
      return {
        close: reader.close,
        async load() {
          try {
            return Object(await loader(contextOf())).value;
          } catch (error) {
            return error instanceof SourceError ? `${error.kind}: ${error.message}` : error;
          }
        },
      };
    };

    test("polls go on while the schema changes, and a load that fails names the reason", async () => {
      const { load: loadRows, close } = await readerOf();
      const seen: unknown[] = [];
      for (const change of SCHEMA.keys()) {
        await admin.query(change);
        seen.push(await loadRows());
      }
      expect(seen).toEqual([...SCHEMA.values()]);
      await close();
    });

    test("a policy hides rows without an error, unless the role asks for one, as the guide says", async () => {
      await admin.query("grant select on version, content to reader; alter table content enable row level security");
      const before = await readerOf();
      expect(await before.load()).toBe("[]");
      await before.close();
      await admin.query("alter role reader set row_security = off");
      const after = await readerOf();
      expect(await after.load()).toMatch(/^refused: .*row-level security policy/);
      await after.close();
    });
  },
);

describe.skipIf(missingServer !== undefined)("a temporary table of the session (DATA 2)", () => {
  test("is read, and its second name is not taken for a change", async () => {
    const pool = openPool(cluster.url, { max: 1 });
    await pool.query("create temporary table mine as values (1), (2)");
    const load = fromPostgres(pool, {
      version: "values (1)",
      query: "select * from mine",
      parse: (rows) => rows.length,
    });
    expect(await load(contextOf())).toMatchObject({ value: 2 });
    await pool.end();
  });
});
