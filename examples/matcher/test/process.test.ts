import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { openPgliteThread as OpenThread } from "../src/db/pglite-thread.ts";
import { createCluster, postgresBinaries } from "./helper/cluster.ts";
import { generatedPictures } from "../src/seed/picture-files.ts";
import { compile, startService } from "./helper/process.ts";

let folder: string;
let environment: Readonly<Record<string, string>>;

beforeAll(async () => {
  compile();
  folder = await mkdtemp(join(tmpdir(), "matcher-"));
  for (const [at, file] of generatedPictures(10).entries()) await writeFile(join(folder, `${at}.jpeg`), file);
  environment = {
    PICTURES: folder,
    DATA_FOLDER: join(folder, "data", "pglite"),
    DATABASE_URL: "",
    STORE: join(folder, "index.lkg"),
  };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const ask = async (url: string, init?: RequestInit): Promise<string> => {
  const answer = await fetch(url, { ...init, headers: { connection: "close", ...init?.headers } });
  return `${answer.status} ${await answer.text()}`;
};

test("it is alive before it is ready, drains on SIGTERM, and finds its index again at the next start", async () => {
  const first = await startService(environment);
  expect(await ask(`${first.origin}/status/live`)).toBe("200 I-AM-ALIVE");
  expect(await ask(`${first.origin}/status`)).toBe("503 INDEX-NOT-LOADED");
  await first.printed("READY with 10 pdq");
  expect(await ask(`${first.origin}/status`)).toBe("200 I-AM-ALIVE");

  first.kill("SIGTERM");
  await first.printed("503 INDEX-DRAINING");
  expect(await ask(`${first.origin}/status/live`)).toBe("200 I-AM-ALIVE");
  expect(await first.exited).toBe(0);

  const second = await startService({ ...environment, DRAIN_DELAY: "0ms" });
  await second.printed("READY, from the store, with 10 pdq");
  second.kill("SIGINT");
  expect(await second.exited).toBe(0);
});

test("the embedded database runs in a thread: rows with bytes, an error, hints, and the end", async () => {
  const program = new URL("../dist/db/pglite-thread.js", import.meta.url).href;
  const source: { readonly openPgliteThread: typeof OpenThread } = await import(program);
  const database = await source.openPgliteThread(join(folder, "thread", "pglite"));
  expect(await database.query("select $1::bytea as bytes", [Uint8Array.of(1, 255)])).toEqual([
    { bytes: Uint8Array.of(1, 255) },
  ]);
  await expect(database.query("select nothing")).rejects.toThrow('column "nothing" does not exist');

  const channel = new AbortController();
  const heard: unknown[] = [];
  const subscription = await database.onBuild((build) => heard.push(build), channel);
  await database.query("select pg_notify('matcher_build', 'b1')");
  await expect.poll(() => heard).toEqual(["b1"]);
  channel.abort();
  await database.query("select pg_notify('matcher_build', 'b2')");

  await database.close();
  await database.close();
  await subscription?.closed;
  await expect(database.query("select 1")).rejects.toThrow("the embedded database is closed");
  expect(heard).toEqual(["b1"]);
});

test("an embedded database that cannot be opened says why, and the service stays alive", async () => {
  const file = join(folder, "a-file");
  await writeFile(file, "");
  const service = await startService({ ...environment, STORE: "", DATA_FOLDER: join(file, "pglite") });
  await service.printed("error: ");
  expect(await ask(`${service.origin}/status/live`)).toBe("200 I-AM-ALIVE");
  service.kill("SIGTERM");
  expect(await service.exited).toBe(0);
});

const binaries = postgresBinaries();
if (binaries === undefined) console.log("skipped with a database server: neither initdb nor postgres is installed");

test.skipIf(binaries === undefined)(
  "a database server that goes away ends nothing, and when it is back everything goes on",
  async () => {
    const cluster = await createCluster(binaries ?? "");
    try {
      await cluster.start();
      const service = await startService({ ...environment, STORE: "", DATABASE_URL: cluster.url, DRAIN_DELAY: "0ms" });
      await service.printed("READY with 10 pdq");
      // The index was built in a thread, and finds what is in it.
      const form = new FormData();
      form.set(
        "image",
        new File([new Uint8Array(generatedPictures(1)[0] ?? [])], "picture.jpeg", { type: "image/jpeg" }),
      );
      const found = await ask(`${service.origin}/m/lookup`, { method: "POST", body: form });
      expect(found).toMatch(/^200 .*"content_id":\d+,"distance":0/);
      const newBank = (name: string): RequestInit => ({
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name }),
      });
      expect(await ask(`${service.origin}/c/bank`, newBank("before"))).toContain("201");

      await cluster.stop();
      expect(await ask(`${service.origin}/c/bank`, newBank("during"))).toContain("500");
      expect(await ask(`${service.origin}/status/live`)).toBe("200 I-AM-ALIVE");
      expect(await ask(`${service.origin}/status`)).toBe("200 I-AM-ALIVE");

      await cluster.start();
      expect(await ask(`${service.origin}/c/bank`, newBank("after"))).toContain("201");
      service.kill("SIGTERM");
      expect(await service.exited).toBe(0);
    } finally {
      await cluster.remove();
    }
  },
);
