import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromPostgres, postgresHints } from "../../../src/source/postgres/index.ts";
import { lesserUser, missingServer, postgresBinaries, startCluster, type Cluster } from "../kit/cluster.ts";
import { contextOf } from "../kit/context.ts";
import { openAdminPool, SERVER_KINDS, type TestClient } from "../kit/postgres-client.ts";
import { findProgram, freePort, until } from "../kit/process.ts";

const binaries = postgresBinaries();
const program = findProgram("pgbouncer");
const missing = missingServer ?? (program === undefined ? "pgbouncer is not installed" : undefined);
if (missing !== undefined) console.log(`skipped behind PgBouncer: ${missing}`);

let cluster: Cluster;
let admin: ReturnType<typeof openAdminPool>;
beforeAll(async () => {
  if (missing !== undefined) return;
  cluster = await startCluster(binaries ?? "");
  admin = openAdminPool(cluster.url, { max: 1 });
  await admin.query(`create table version (revision int); insert into version values (1);
    create table content (n int); insert into content select generate_series(1, 12000)`);
});
afterAll(async () => {
  await admin?.end();
  await cluster?.remove();
});

/** Starts a PgBouncer before the server. It has two connections to it. */
async function startPooler(mode: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "health-state-pooler-"));
  const user = process.getuid?.() === 0 ? lesserUser() : {};
  const port = await freePort();
  const settings = join(folder, "pgbouncer.ini");
  writeFileSync(
    settings,
    `[databases]
postgres = host=127.0.0.1 port=${cluster.port} user=tester
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = 2
`,
  );
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
  const child: ChildProcess = spawn(program ?? "", [settings], {
    ...user,
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  await new Promise<void>((resolve, reject) => {
    let log = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes("process up")) resolve();
    });
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`pgbouncer ended: ${log}`)));
  });
  return {
    url: `postgres://tester@127.0.0.1:${port}/postgres`,
    async stop() {
      const gone = once(child, "exit");
      child.kill("SIGINT");
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

describe.skipIf(missing !== undefined).each(SERVER_KINDS)("behind PgBouncer, with $name", (kind) => {
  describe.each(["session", "transaction"])("in %s mode", (mode) => {
    let pooler: Awaited<ReturnType<typeof startPooler>>;
    let opened: TestClient;
    beforeAll(async () => {
      pooler = await startPooler(mode);
      opened = await kind.open(pooler.url, { max: 2 });
    });
    afterAll(async () => {
      await opened?.close();
      await pooler?.stop();
    });

    const load = (context: Parameters<typeof contextOf>[0] = {}, query = "select n from content"): Promise<unknown> =>
      Promise.resolve(
        fromPostgres(opened.client, {
          version: "select revision from version",
          query,
          parse: (rows) => rows.length,
        })(contextOf(context)),
      );

    test("loads give all rows, and leave no setting behind for other clients", async () => {
      for (let count = 0; count < 20; count++) expect(await load()).toMatchObject({ value: 12_000, revision: "1" });
      expect(await load({ revision: "1", previous: 12_000 })).not.toHaveProperty("value");
      // In transaction mode, the connections of the server are shared.
      for (let count = 0; count < 4; count++)
        expect((await opened.run("show statement_timeout"))[0]).toEqual({ statement_timeout: "0" });
    });

    test("after loads that were aborted, the next one has a connection", async () => {
      for (let count = 0; count < 6; count++) {
        const controller = new AbortController();
        const loading = load({ signal: controller.signal }, "select n, pg_advisory_xact_lock(7) from content").catch(
          (error: unknown) => error,
        );
        await admin.query("select 1");
        controller.abort(new Error("given up"));
        await loading;
      }
      await until("a load passes", () =>
        load().then(
          () => true,
          () => false,
        ),
      );
      expect(await load()).toMatchObject({ value: 12_000 });
    });

    test(mode === "session" ? "hints arrive" : "hints do not open, and say why", async () => {
      const controller = new AbortController();
      const heard: unknown[] = [];
      const opening = Promise.resolve(
        postgresHints(opened.client, "index")((revision) => void heard.push(revision), controller),
      );
      if (mode === "session") {
        await opening;
        await admin.query("notify index, 'r1'");
        await until("the hint is heard", () => heard.includes("r1"));
      } else
        await expect(opening).rejects.toMatchObject({
          kind: "refused",
          message: expect.stringContaining("transaction mode"),
        });
      controller.abort();
    });
  });
});
