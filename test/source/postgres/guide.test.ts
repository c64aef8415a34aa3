import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromPostgres, postgresHints } from "../../../src/source/postgres/index.ts";
import { read } from "../../repo/tree.ts";
import { missingServer, postgresBinaries, startCluster, type Cluster } from "../kit/cluster.ts";
import { contextOf } from "../kit/context.ts";
import { openAdminPool } from "../kit/postgres-client.ts";
import { until } from "../kit/process.ts";

const binaries = postgresBinaries();
if (missingServer !== undefined) console.log(`skipped on a PostgreSQL server: ${missingServer}`);

let cluster: Cluster;
beforeAll(async () => {
  if (missingServer === undefined) cluster = await startCluster(binaries ?? "");
});
afterAll(() => cluster?.remove());

describe.skipIf(missingServer !== undefined)("docs/guide/postgres-source.md", () => {
  test("its SQL runs as it stands: each change moves the revision, and tells it at the commit", async () => {
    const [, sql = ""] = /```sql\n([\s\S]*?)```/.exec(read("docs/guide/postgres-source.md")) ?? [];
    const pool = openAdminPool(cluster.url, { max: 4 });
    await pool.query("create table content (hash text, bank text)");
    await pool.query(sql);
    const heard: (string | undefined)[] = [];
    const controller = new AbortController();
    await postgresHints(pool, "index")((revision) => void heard.push(revision), controller);
    const load = fromPostgres(pool, {
      version: "select revision, now() as as_of from index_version",
      query: "select hash, bank from content",
      parse: (rows: { hash: string; bank: string }[]) => rows.map(({ hash }) => hash).sort(),
    });
    let held: { revision?: string; previous?: unknown } = {};
    const changes = [
      ["insert into content values ('a', 'x'), ('b', 'x')", ["a", "b"]],
      ["update content set hash = 'c' where hash = 'b'", ["a", "c"]],
      ["delete from content where hash = 'a'", ["c"]],
      ["truncate content", []],
      ["begin; insert into content values ('d', 'x'); insert into content values ('e', 'x'); commit", ["d", "e"]],
    ] as const;
    for (const [change, value] of changes) {
      await pool.query(change);
      const result = Object(await load(contextOf(held)));
      expect(result.value).toEqual(value);
      expect(Math.abs(result.asOf - Date.now())).toBeLessThan(5_000);
      held = { revision: result.revision, previous: result.value };
      await until("the revision is told", () => heard.at(-1) === held.revision);
    }
    await pool.query("begin; insert into content values ('lost', 'x'); rollback");
    expect(Object(await load(contextOf(held))).value).toBeUndefined();
    controller.abort();
    await pool.end();
  });
});
