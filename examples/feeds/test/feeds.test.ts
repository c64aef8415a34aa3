import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createVirtualClock, type VirtualClock } from "health-state/testing";
import type { Hono } from "hono";
import { createApp, type SourceName, type Sources } from "../src/app.ts";
import { createFeeds, type Feeds } from "../src/feeds.ts";
import type { Fault } from "../src/source/breakable.ts";
import { createFolderSource, type FolderSource } from "../src/source/folder.ts";
import { createPgliteStock } from "../src/source/pglite-stock.ts";
import { createRedisStock } from "../src/source/redis-stock.ts";
import type { StockSource } from "../src/source/stock.ts";
import { startWebSource, type WebSource } from "../src/source/web.ts";
import { hasRedis, startRedis } from "./helper/redis-server.ts";

const KINDS: readonly (readonly [string, boolean, () => Promise<readonly [StockSource, () => Promise<void>]>])[] = [
  ["PGlite", true, async () => [await createPgliteStock(), async () => {}]],
  [
    "Redis",
    hasRedis(),
    async () => {
      const server = await startRedis();
      return [await createRedisStock(server.url), () => server.remove()];
    },
  ],
];
if (!hasRedis()) console.log("skipped with Redis: redis-server is not installed");

describe.each(KINDS)("with %s", (_, isThere, createStock) => {
  describe.skipIf(!isThere)("the feeds", () => {
    let folder: string;
    let web: WebSource;
    let flags: FolderSource;
    let sources: Sources;
    let stock: StockSource;
    let removeServer: () => Promise<void>;
    let feeds: Feeds;
    let app: Hono;

    beforeAll(async () => {
      [stock, removeServer] = await createStock();
    });
    afterAll(async () => {
      await stock.close();
      await removeServer();
    });
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "feeds-"));
      web = await startWebSource();
      flags = await createFolderSource();
      await stock.heal();
      sources = { rates: web, flags, stock };
      feeds = make();
      app = createApp(feeds, sources);
    });
    const make = (clock?: VirtualClock): Feeds =>
      createFeeds({
        ...(clock && { clock }),
        ratesUrl: web.url,
        flagsPath: flags.path,
        loadStock: stock.load,
        storePath: join(folder, "rates.lkg"),
      });
    afterEach(async () => {
      await feeds.health.close();
      await Promise.all([sources.rates.close(), sources.flags.close()]);
      await rm(folder, { recursive: true });
    });

    const ask = async (path: string): Promise<string> => {
      const answer = await app.request(path);
      return `${answer.status} ${await answer.text()}`;
    };
    const post = async (path: string): Promise<number> => (await app.request(path, { method: "POST" })).status;
    const load = async (name: SourceName): Promise<void> => {
      await feeds.resources[name].reload().catch(() => {});
    };
    /** The first loads of a service whose time the test moves. */
    const startAt = async (clock: VirtualClock): Promise<void> => {
      await feeds.health.close();
      feeds = make(clock);
      app = createApp(feeds, sources);
      await loadAll();
    };
    const loadAll = async (): Promise<void> => {
      feeds.health.start();
      await Promise.all(Object.values(feeds.resources).map((resource) => resource.get()));
    };

    test("before the first load the routes refuse, and afterwards they serve", async () => {
      expect([await ask("/status"), await ask("/status/live")]).toEqual(["503 INDEX-NOT-LOADED", "200 I-AM-ALIVE"]);
      expect((await app.request("/rates")).status).toBe(503);
      await loadAll();
      expect([await ask("/status"), await ask("/status/startup")]).toEqual(["200 I-AM-ALIVE", "200 I-AM-ALIVE"]);
      for (const name of ["rates", "flags", "stock"]) expect(await ask(`/${name}`)).toMatch(/^200 \{"/);
    });

    test("each fault of each source leaves the old value in service, and healing brings a new one", async () => {
      await loadAll();
      for (const [name, { faults }] of Object.entries(sources) as [SourceName, Sources[SourceName]][])
        for (const fault of faults.filter((one) => one !== "slow")) {
          const resource = feeds.resources[name];
          const before = await ask(`/${name}`);
          expect([fault, await post(`/break/${name}/${fault}`)]).toEqual([fault, 200]);
          await load(name);
          const kind = kindOf(resource.snapshot().lastError?.error);
          expect([name, fault, KIND[fault].includes(kind), kind]).toEqual([name, fault, true, kind]);
          expect(await ask(`/${name}`)).toBe(before);

          expect(await post(`/heal/${name}`)).toBe(200);
          await load(name);
          expect([name, fault, resource.snapshot().lastError]).toEqual([name, fault, undefined]);
          expect(await ask(`/${name}`)).not.toBe(before);
        }
    });

    test("a source that is stopped makes readiness refuse after 15 s, while liveness and the route go on", async () => {
      const clock = createVirtualClock({ wall: Date.now() });
      await startAt(clock);
      await post("/break/rates/stop");
      await clock.advance(15_001);
      expect([await ask("/status"), await ask("/status/live")]).toEqual(["503 INDEX-STALE", "200 I-AM-ALIVE"]);
      expect(await ask("/rates")).toMatch(/^200 /);
    });

    test("a slow source costs a load at its timeout, and nothing else", async () => {
      const clock = createVirtualClock({ wall: Date.now() });
      await startAt(clock);
      await post("/break/rates/slow");
      const loading = feeds.resources.rates.reload().catch((error: unknown) => error);
      await clock.advance(4_000);
      await loading;
      expect(feeds.resources.rates.snapshot().lastError?.error).toMatchObject({ code: "HS_TIMED_OUT" });
      expect(await ask("/rates")).toMatch(/^200 /);
    });

    test("what does not exist is answered with what does, and another site's page may break nothing", async () => {
      const answer = await app.request("/break/rates/on-fire", { method: "POST" });
      expect([answer.status, await answer.json()]).toMatchObject([404, { accepted: { flags: sources.flags.faults } }]);
      expect(await post("/heal/nothing")).toBe(404);
      const headers = { "sec-fetch-site": "cross-site" };
      for (const path of ["/break/rates/stop", "/heal/rates"])
        expect((await app.request(path, { method: "POST", headers })).status).toBe(403);
      await loadAll();
      expect(await ask("/status")).toBe("200 I-AM-ALIVE");
    });

    test("the page has a button for each fault, and may talk to this service alone", async () => {
      const page = await app.request("/");
      expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
      const html = await page.text();
      for (const [name, { faults }] of Object.entries(sources))
        for (const path of [...faults.map((fault) => `/break/${name}/${fault}`), `/heal/${name}`])
          expect(html).toContain(`data-post="${path}"`);
    });
  });
});

/** What a load may fail with, by what was done to the source. */
const KIND: Readonly<Record<Fault, readonly string[]>> = {
  stop: ["network", "missing"],
  500: ["status", "refused"],
  garbage: ["parse"],
  empty: ["rejected"],
  slow: ["timeout"],
  half: ["incomplete", "network", "parse", "rejected"],
  limit: ["status"],
};

function kindOf(error: unknown): string {
  // SAFETY: only the fields that are looked at, each of which may be missing.
  const { kind, cause, message } = Object(error) as { kind?: string; cause?: unknown; message?: string };
  if (kind !== undefined) return kind;
  if (cause !== undefined) return kindOf(cause);
  return message !== undefined && /the new value (is empty|has)/.test(message) ? "rejected" : String(error);
}
