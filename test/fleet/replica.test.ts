import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { redisFleet } from "../../src/source/redis/index.ts";
import { missingPackages } from "../source/kit/packages.ts";
import { until } from "../source/kit/process.ts";
import { REDIS_KINDS } from "../source/kit/redis-client.ts";
import { redisProgram, startRedis } from "../source/kit/redis-server.ts";
import { startReplica } from "./replicas.ts";

const built = existsSync(new URL("../../dist/src/fleet/index.js", import.meta.url));
const missing =
  missingPackages ??
  (redisProgram ? undefined : "redis-server is not installed") ??
  (built ? undefined : "dist is not built: run npm run build");
if (missing !== undefined) console.log(`skipped with a real replica: ${missing}`);

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

test.skipIf(missing !== undefined)(
  "a replica that is told to end says goodbye to its group, gives its last message, and ends",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "health-state-replica-"));
    ends.push(() => rmSync(folder, { recursive: true, force: true }));
    const source = join(folder, "source");
    writeFileSync(source, "up");
    const server = await startRedis();
    ends.push(() => server.remove());
    const opened = (await REDIS_KINDS[0]?.open(server.port)) ?? expect.fail("no client");
    ends.push(() => opened.close());
    const store = redisFleet(opened.client);
    const membersNow = async (): Promise<number> => (await store.read("matcher")).members.length;
    const replica = await startReplica({
      replica: "a",
      client: "ioredis",
      port: server.port,
      source,
      limits: {},
      // Its lease is longer than the test, so only a goodbye ends its membership.
      options: { beat: "5m", within: "30s" },
      delay: "1ms",
    });
    ends.push(() => replica.end());
    await until("its group knows it", async () => (await membersNow()) === 1, 60_000);
    const ended = once(replica.child, "exit");
    replica.child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    await until("its last message is there", () => replica.told.at(-1)?.type === "closed", 60_000);
    expect(await membersNow()).toBe(0);
  },
  120_000,
);
