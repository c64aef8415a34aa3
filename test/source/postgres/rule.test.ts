import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  loaded,
  retryLater,
  SourceError,
  unchanged,
  type LoadContext,
  type SourceErrorKind,
} from "../../../src/index.ts";
import { fromPostgres, postgresHints } from "../../../src/source/postgres/index.ts";
import { missingServer, postgresBinaries, startCluster, type Cluster } from "../kit/cluster.ts";
import { contextOf } from "../kit/context.ts";
import { missingPackages } from "../kit/packages.ts";
import { PGLITE, SERVER_KINDS, type ClientKind, type TestClient } from "../kit/postgres-client.ts";
import { pause } from "../kit/process.ts";

const binaries = postgresBinaries();

interface Kind extends ClientKind {
  readonly missing: string | undefined;
}

const KINDS: readonly Kind[] = [
  ...SERVER_KINDS.map((kind) => ({ ...kind, missing: missingServer })),
  { ...PGLITE, missing: missingPackages },
];

let cluster: Cluster | undefined;
beforeAll(async () => {
  if (missingServer === undefined) cluster = await startCluster(binaries ?? "");
});
afterAll(() => cluster?.remove());

for (const kind of KINDS) {
  if (kind.missing !== undefined) console.log(`skipped with ${kind.name}: ${kind.missing}`);

  describe.skipIf(kind.missing !== undefined)(`fromPostgres() with ${kind.name} (DATA 2.3)`, () => {
    let opened: TestClient;
    beforeAll(async () => {
      opened = await kind.open(cluster?.url ?? "");
      await opened.run(`drop table if exists version, content;
        create table version (revision text not null, seen_at timestamptz);
        insert into version values ('r1', '2026-01-02 03:04:05.678901+00');
        create table content (id int primary key, word text);
        insert into content values (1, 'one'), (2, 'two');`);
    });
    afterAll(() => opened?.close());

    const VERSION = "select revision from version";
    const SEEN_AT = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
    const load = async (
      options: { version?: string; query?: string; maxBytes?: string | number },
      context: Partial<LoadContext> = {},
    ): Promise<unknown> =>
      fromPostgres(opened.client, { version: VERSION, query: "select * from content order by id", parse, ...options })(
        contextOf(context),
      );
    const parse = (rows: object[]): object[] => rows;
    const failure = async (running: Promise<unknown>): Promise<{ kind: SourceErrorKind; message: string }> => {
      const error = await running.catch((thrown: unknown) => thrown);
      if (!(error instanceof SourceError)) throw new Error("a SourceError was to be thrown", { cause: error });
      return { kind: error.kind, message: error.message };
    };

    test("gives the rows with the revision", async () => {
      const rows = [
        { id: 1, word: "one" },
        { id: 2, word: "two" },
      ];
      const result = await load({});
      expect({ ...Object(result), value: [...Object(result).value] }).toEqual(loaded(rows, { revision: "r1" }));
    });

    test("asks the version first, and the rows only if it moved", async () => {
      const broken = { query: "select 1 / 0 as none" };
      expect(await load(broken, { revision: "r1", previous: [] })).toEqual(unchanged({}));
      expect(await failure(load(broken, { revision: "r0", previous: [] }))).toEqual({
        kind: "refused",
        message: "PostgreSQL: division by zero (SQLSTATE 22012)",
      });
    });

    test("downloads a refused revision no second time, and leaves the age alone", async () => {
      const broken = { query: "select 1 / 0 as none" };
      expect(await load(broken, { revision: "r0", previous: [], rejected: "r1" })).toEqual(
        unchanged({ revision: "r1" }),
      );
    });

    test("runs in a REPEATABLE READ, READ ONLY transaction", async () => {
      const query = `select current_setting('transaction_isolation') as isolation,
        current_setting('transaction_read_only') as read_only`;
      expect([...Object(await load({ query })).value]).toEqual([{ isolation: "repeatable read", read_only: "on" }]);
      await opened.run("create sequence if not exists number");
      expect(await failure(load({ query: "select nextval('number')" }))).toMatchObject({
        kind: "refused",
        message: expect.stringContaining("SQLSTATE 25006"),
      });
    });

    test("statement_timeout is the time left", async () => {
      const query = "select setting::int as ms from pg_settings where name = 'statement_timeout'";
      const [{ ms }] = Object(await load({ query }, { deadline: Date.now() + 20_000 })).value;
      expect(ms).toBeGreaterThan(10_000);
      expect(ms).toBeLessThanOrEqual(20_000);
    });

    test("leaves nothing of the transaction behind on a connection that goes back", async () => {
      const [{ ms }] = Object(await load({ query: "select 1 as ms" })).value;
      expect(ms).toBe(1);
      expect((await opened.run("show statement_timeout")).map((row) => ({ ...row }))).toEqual([
        { statement_timeout: "0" },
      ]);
    });

    test.each([
      ["a bigint that no number holds", "select 9007199254740993::bigint", "9007199254740993"],
      ["a number", "select 7", "7"],
      ["a boolean", "select true", "t"],
      [
        "a moment, to its microseconds",
        "select to_char(seen_at at time zone 'utc', 'US')::text, seen_at from version",
        "678901",
      ],
      ["a uuid", "select '0b5c6b5e-0000-4000-8000-000000000001'::uuid", "0b5c6b5e-0000-4000-8000-000000000001"],
      ["bytes", "select '\\x0aff'::bytea", "\\x0aff"],
      ["JSON, as it is written", `select '{"b": 1, "a": 2}'::json`, '{"b": 1, "a": 2}'],
    ])("the first column is the revision, of any type: %s", async (_name, version, revision) => {
      expect(Object(await load({ version })).revision).toBe(revision);
    });

    test("two moments within one millisecond are two revisions", async () => {
      const revisionOf = async (micros: string): Promise<string> =>
        Object(await load({ version: `select '2026-01-02 03:04:05.678${micros}+00'::timestamptz` })).revision;
      expect(await revisionOf("901")).not.toBe(await revisionOf("902"));
    });

    test.each([
      ["a timestamptz", "seen_at", SEEN_AT],
      ["a timestamptz of whole seconds", "'2026-01-02 03:04:05+05:30'::timestamptz", Date.UTC(2026, 0, 1, 21, 34, 5)],
      ["epoch ms", "1767323045678", 1767323045678],
      ["epoch ms with a fraction", "1767323045678.9", 1767323045678],
      ["null", "null", undefined],
    ])("the column as_of is the asOf: %s", async (_name, expression, asOf) => {
      const version = `select revision, ${expression} as as_of from version`;
      expect(await load({ version }, { revision: "r1", previous: [] })).toEqual(unchanged({ asOf }));
      expect(Object(await load({ version })).asOf).toBe(asOf);
    });

    test.each(["seen_at::timestamp", "'infinity'::timestamptz", "'now'"])(
      "an as_of that is no moment fails: %s",
      async (expression) => {
        const version = `select revision, ${expression} as as_of from version`;
        expect(await failure(load({ version }))).toMatchObject({
          kind: "protocol",
          message: expect.stringContaining("Cast it to timestamptz"),
        });
      },
    );

    test("the styles of a role or a database change neither as_of nor a revision", async () => {
      const version = "select seen_at as revision, seen_at as as_of from version";
      const before = await load({ version });
      // Every connection that is opened from here on has these settings.
      const database = (await opened.run("select current_database() as name"))[0]?.["name"];
      await opened.run(`alter database ${String(database)} set datestyle = 'German, DMY'`);
      const other = kind.name === "PGlite" ? opened : await kind.open(cluster?.url ?? "");
      if (kind.name === "PGlite") await opened.run("set datestyle = 'German, DMY'");
      try {
        expect((await other.run("show datestyle"))[0]?.["DateStyle"]).toBe("German, DMY");
        const from = fromPostgres(other.client, { version, query: "select 1 as one", parse });
        expect(await from(contextOf({}))).toMatchObject({ revision: Object(before).revision, asOf: SEEN_AT });
        expect((await other.run("show datestyle"))[0]?.["DateStyle"]).toBe("German, DMY");
      } finally {
        await opened.run(`alter database ${String(database)} reset datestyle`);
        await (other === opened ? opened.run("reset datestyle") : other.close());
      }
    });

    test.each([
      ["no row", "select revision from version where false", "missing"],
      ["null", "select null", "missing"],
      ["two rows", "select revision from version union all select 'r2'", "protocol"],
    ])("a version of %s fails", async (_name, version, kindOf) => {
      expect(await failure(load({ version }))).toMatchObject({ kind: kindOf });
    });

    test("no rows are data, because an empty table may be meant", async () => {
      expect(Object(await load({ query: "select * from content where false" })).value).toHaveLength(0);
    });

    test("rows beyond maxBytes fail, and are not read to their end", async () => {
      const query = "select repeat('x', 1000) as word, generate_series(1, 100000000) as n";
      expect(await failure(load({ query, maxBytes: "1MB" }))).toEqual({
        kind: "too-large",
        message: "the rows are larger than maxBytes, 1000000 bytes, after 5000 rows",
      });
    });

    test("rows come in batches, each of them once", async () => {
      const query = "select n from generate_series(1, 12345) n";
      const { value } = Object(await load({ query }));
      expect(value.map((row: { n: number }) => row.n)).toEqual(Array.from({ length: 12_345 }, (_, index) => index + 1));
    });

    test("takes values, a semicolon at the end, and a comment", async () => {
      const loader = fromPostgres(opened.client, {
        version: { text: "select $1::text || $2::int;", values: ["r", 5] },
        query: { text: "select word from content where id = $1 ; -- the second", values: [2] },
        parse: (rows: { word: string }[]) => rows.map(({ word }) => word),
      });
      expect(await loader(contextOf())).toEqual(loaded(["two"], { revision: "r5" }));
    });

    test("a parse that throws fails the load, with its error as the cause", async () => {
      const cause = new Error("not what it was");
      const loader = fromPostgres(opened.client, {
        version: VERSION,
        query: "select 1 as one",
        parse: () => {
          throw cause;
        },
      });
      const error = await Promise.resolve(loader(contextOf())).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ kind: "parse", message: "parse could not read the rows: not what it was", cause });
    });

    test("an asOf that throws fails as parse, and a wait that parse asks for is kept", async () => {
      const thrown = new Error("no stamp");
      const asOf = (): never => {
        throw thrown;
      };
      const stamped = fromPostgres(opened.client, { version: VERSION, query: "select 1 as one", parse: () => 1, asOf });
      const failing = { name: "SourceError", kind: "parse", cause: thrown };
      await expect(Promise.resolve(stamped(contextOf()))).rejects.toMatchObject(failing);
      const held = contextOf({ revision: "r1", previous: 1 });
      await expect(Promise.resolve(stamped(held))).rejects.toMatchObject(failing);
      const parse = (): never => {
        throw retryLater("5s", thrown);
      };
      const waiting = fromPostgres(opened.client, { version: VERSION, query: "select 1 as one", parse });
      await expect(Promise.resolve(waiting(contextOf()))).rejects.toMatchObject({ code: "HS_RETRY_LATER" });
    });

    test("asOf is asked for a new value and for a confirmed one, and false leaves the column out", async () => {
      const version = "select revision, seen_at as as_of, 'eu' as region from version";
      const query = "select 1000 as stamp";
      const seen: unknown[] = [];
      const stamped = fromPostgres(opened.client, {
        version,
        query,
        parse: ([row]: { stamp: number }[]) => row?.stamp ?? 0,
        asOf: (value, note) => {
          seen.push([value, note.revision, note.version["region"]]);
          return value;
        },
      });
      expect(Object(await stamped(contextOf())).asOf).toBe(1000);
      expect(await stamped(contextOf({ revision: "r1", previous: 2000 }))).toEqual(unchanged({ asOf: 2000 }));
      expect(seen).toEqual([
        [1000, "r1", "eu"],
        [2000, "r1", "eu"],
      ]);
      const without = fromPostgres(opened.client, { version, query, parse, asOf: false });
      expect(Object(await without(contextOf())).asOf).toBeUndefined();
      expect(await without.version(contextOf())).toEqual({ revision: "r1", asOf: undefined });
    });

    test("version() tells what is announced, and reads no rows", async () => {
      const loader = fromPostgres(opened.client, {
        version: "select revision, seen_at as as_of from version",
        query: "select 1 / 0 as none",
        parse,
      });
      expect(await loader.version(contextOf())).toEqual({
        revision: "r1",
        asOf: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
      });
    });

    test("loads that share one client take turns", async () => {
      const slow = fromPostgres(opened.client, {
        version: "select clock_timestamp()",
        query: "select clock_timestamp() as ended from pg_sleep(0.15)",
        parse: (rows: { ended: Date }[], { revision }) => ({
          began: Date.parse(revision.replace(" ", "T").replace(/\+00$/, "Z")),
          ended: Number(rows[0]?.ended),
        }),
      });
      const other = fromPostgres(opened.client, {
        version: "select clock_timestamp()",
        query: "select 1 as one",
        parse: (_rows, { revision }) => Date.parse(revision.replace(" ", "T").replace(/\+00$/, "Z")),
      });
      const [first, second] = await Promise.all([slow(contextOf()), other(contextOf())]);
      expect(Object(first).value.ended - Object(first).value.began).toBeGreaterThanOrEqual(140);
      expect(Object(second).value).toBeGreaterThanOrEqual(Object(first).value.ended - 1);
    });

    test("a load that is given up while it waits for its turn asks nothing", async () => {
      const held = load({ query: "select pg_sleep(0.3)" });
      const controller = new AbortController();
      const reason = new Error("enough");
      const waiting = load({ version: "select nextval('never')" }, { signal: controller.signal });
      controller.abort(reason);
      await expect(waiting).rejects.toBe(reason);
      await held;
    });

    test.skipIf(kind.name === "PGlite")(
      "the rows are of the version's snapshot, whatever is committed meanwhile",
      async () => {
        const other = await kind.open(cluster?.url ?? "", { max: 1 });
        const running = load({ version: "select revision, pg_sleep(0.3) from version" });
        await pause(100);
        await other.run("begin; update version set revision = 'r2'; delete from content where id = 2; commit");
        const { value, revision } = Object(await running);
        expect([revision, value.length]).toEqual(["r1", 2]);
        const next = Object(await load({}, { revision, previous: value }));
        expect([next.revision, next.value.length]).toEqual(["r2", 1]);
        await other.run("begin; update version set revision = 'r1'; insert into content values (2, 'two'); commit");
        await other.close();
      },
    );

    test.skipIf(kind.name !== "PGlite")(
      "a load of PGlite that is given up ends at once, and its client goes on",
      async () => {
        const controller = new AbortController();
        const running = load({ query: "select pg_sleep(0.1)" }, { signal: controller.signal });
        controller.abort(new Error("enough"));
        await expect(running).rejects.toThrow("enough");
        expect(Object(await load({})).revision).toBe("r1");
      },
    );

    test.skipIf(kind.name !== "PGlite")(
      "postgresHints() hears PGlite, answers an echo and ends with an abort",
      async () => {
        const heard: (string | undefined)[] = [];
        const controller = new AbortController();
        const open = postgresHints(opened.client, "The Index");
        const { closed, echo } = await open((revision) => void heard.push(revision), controller);
        await opened.run(`notify "The Index", 'r7'`);
        await opened.run(`notify "The Index"`);
        await echo();
        expect(heard).toEqual(["r7", undefined]);
        controller.abort();
        await closed;
        await opened.run("select 1");
        await opened.run(`notify "The Index", 'late'`);
        expect(heard).toEqual(["r7", undefined]);
        await expect(open(() => {}, { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
      },
    );
  });
}
