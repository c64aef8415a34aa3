import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { say } from "../../cli/test/kit/command.ts";
import { budgetOf } from "../../src/fleet/decide-leave.ts";
import {
  fleet,
  fleetStatus,
  memoryFleet,
  rollout,
  type FleetStore,
  type RolloutLoader,
} from "../../src/fleet/index.ts";
import { byVersion, createHealth, notEmpty, type Health, type Resource } from "../../src/index.ts";
import { fromPointer } from "../../src/source/http/index.ts";
import { fleetSchema, postgresFleet } from "../../src/source/postgres/index.ts";
import { redisFleet } from "../../src/source/redis/index.ts";
import { read } from "../repo/tree.ts";
import { postgresBinaries, startCluster, type Cluster } from "../source/kit/cluster.ts";
import { missingPackages, packageOf } from "../source/kit/packages.ts";
import { openPool } from "../source/kit/postgres-client.ts";
import { until } from "../source/kit/process.ts";
import { redisProgram, startRedis, type RedisServer } from "../source/kit/redis-server.ts";
import { createHeapClock } from "./heap-clock.ts";

const PAGE = read("docs/guide/fleets.md");
const blocksOf = (language: string): readonly string[] =>
  [...PAGE.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, name, code = ""]) => (name === language ? code : []));
const [redisBlock = "", postgresBlock = "", rolloutBlock = ""] = blocksOf("ts");
const SHELL = blocksOf("sh")
  .flatMap((block) => block.split("\n"))
  .flatMap((line) => /^npx health-state-cli (.*)$/.exec(line)?.[1] ?? []);

/** What a block of the page makes. */
interface Made {
  readonly health: Health;
  readonly load: RolloutLoader<unknown>;
  readonly index: Resource<unknown>;
}

/**
 * Runs a block as it stands. What it imports comes from the sources, and what the page takes for granted from `world`.
 * That the imports are right is for the compiler to say: `test/repo/example.test.ts` asks it.
 */
async function run(block: string, world: object, made: readonly (keyof Made)[]): Promise<Made> {
  const scope = {
    createHealth,
    fleet,
    redisFleet,
    postgresFleet,
    fleetSchema,
    rollout,
    fromPointer,
    notEmpty,
    ...world,
  };
  // SAFETY: an async function's constructor, which has no name of its own.
  const AsyncFunction = (async () => {}).constructor as new (
    ...given: string[]
  ) => (...given: unknown[]) => Promise<Made>;
  const program = new AsyncFunction(
    ...Object.keys(scope),
    `${block.replace(/^import .*\n/gm, "")}\nreturn { ${made.join(", ")} };`,
  );
  return program(...Object.values(scope));
}

/** A class whose instance is this client, because the address on the page is not that of the test. */
function clientOf(client: object): new () => object {
  return class {
    constructor() {
      return client;
    }
  };
}

/** A pointer, and the object that it names. */
async function startSource(object: string): Promise<{ readonly url: string; readonly server: Server }> {
  const sha256 = createHash("sha256").update(object).digest("hex");
  const server = createServer((request, response) => {
    const pointer = JSON.stringify({ url: "/object", sha256, bytes: Buffer.byteLength(object) });
    response.end(request.url === "/object" ? object : pointer);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // SAFETY: a server on TCP has such an address.
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/latest`, server };
}

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Starts a health, and waits until the store knows it. */
async function expectMember(health: Health, store: FleetStore): Promise<void> {
  ends.push(() => health.close());
  await until("the replica reports", async () => {
    const { replicas } = await fleetStatus(store, "matcher");
    return replicas.length === 1 && replicas[0]?.state === "READY";
  });
  expect(health.snapshot().fleet).toMatchObject({ group: "matcher", store: "ok", heldIn: false });
}

test("docs/guide/fleets.md has three blocks of code and two of commands, and all of them are run here", () => {
  expect([blocksOf("ts").length, blocksOf("sh").length, PAGE.match(/^```/gm)?.length]).toEqual([3, 2, 16]);
});

/** What the command prints. The other block of plain text is a line of an ACL file. */
const [tableBlock = ""] = blocksOf("text");

test("the table of a revision that cannot be loaded is what the command prints", async () => {
  const clock = createHeapClock(() => 0.5);
  const store = memoryFleet({ clock });
  let announced = "v1";
  for (let at = 0; at < 4; at++) {
    const group = fleet(store, { group: "matcher", replica: "web" });
    const health = createHealth({ clock, fleet: group });
    health.subscribe(() => {});
    const source = byVersion({
      version: () => ({ revision: announced }),
      load(revision: string) {
        if (revision === "v2") throw new Error("the file is incomplete");
        return { revision };
      },
      addressed: true,
    });
    health.resource("index", { load: rollout(source, { fleet: group }), refreshEvery: "30s", refuseAfter: "10m" });
    health.start();
  }
  await clock.advance("10m");
  announced = "v2";
  await clock.advance("30m");
  await clock.advance("15s");
  const fleetIo = {
    connect: async () => ({ store, close: async () => {} }),
    env: () => "redis://127.0.0.1",
  };
  const status = (): Promise<{ out: string }> =>
    say(["fleet", "status", "--group", "matcher"], {}, undefined, undefined, { fleet: fleetIo });
  expect((await status()).out).toBe(tableBlock);
  const pin = SHELL.find((line) => line.startsWith("fleet pin")) ?? "";
  await say(pin.replace("2026-11-28", "v1").split(" "), {}, undefined, undefined, { fleet: fleetIo });
  await clock.advance("10m");
  expect((await status()).out).toMatch(/^matcher: 4 replicas, 0 out, 0 held in/);
});

test("the rows of the sizing table add up", () => {
  const rows = [...PAGE.matchAll(/^\| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$/gm)].map(([, ...cells]) =>
    cells.map(Number),
  );
  expect(rows.length).toBeGreaterThanOrEqual(3);
  for (const [n = 0, m = 0, leave = 0, maxUnavailable = 0, minAvailable = 0, worst = 0] of rows) {
    expect({ n, leave }).toEqual({ n, leave: budgetOf({ percent: 10 }, n) });
    expect({ n, worst }).toEqual({ n, worst: n - leave - Math.max(maxUnavailable, n - minAvailable) });
    expect(worst).toBeGreaterThanOrEqual(m);
    // A drain of a node is possible while nobody is out.
    expect(minAvailable).toBeLessThan(n);
  }
});

const noRedis = missingPackages ?? (redisProgram ? undefined : "redis-server is not installed");
if (noRedis !== undefined) console.log(`skipped on Redis: ${noRedis}`);

describe.skipIf(noRedis !== undefined)("docs/guide/fleets.md, on Redis", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.remove());

  function openRedis(): { readonly redis: object; readonly store: FleetStore } {
    const { Redis } = packageOf<{
      Redis: new (url: string, options: object) => Parameters<typeof redisFleet>[0] & { disconnect(): void };
    }>("ioredis");
    const redis = new Redis(`redis://127.0.0.1:${server.port}`, { maxRetriesPerRequest: 1 });
    ends.push(() => redis.disconnect());
    return { redis, store: redisFleet(redis) };
  }

  test("the first block makes a replica of the group", async () => {
    const { redis, store } = openRedis();
    const { health } = await run(redisBlock, { Redis: clientOf(redis) }, ["health"]);
    await expectMember(health, store);
  });

  test("the rollout takes the first revision, and its pin and the commands reach the group", async () => {
    const { redis, store } = openRedis();
    const { url, server: source } = await startSource('{"hash":"bank"}');
    ends.push(() => source.close());
    const parse = (json: object): unknown => new Map(Object.entries(json));
    const { health, load, index } = await run(rolloutBlock, { redis, url, parse, fetch: async () => ({ ok: true }) }, [
      "health",
      "load",
      "index",
    ]);
    ends.push(() => health.close());
    health.start();
    expect(await index.get()).toEqual(new Map([["hash", "bank"]]));
    const { revision = "" } = index.snapshot();
    const rolloutNow = async (): Promise<unknown> => (await fleetStatus(store, "matcher")).rollouts[0];
    expect(await rolloutNow()).toMatchObject({ resource: "index", stable: revision, refused: [], pin: undefined });
    await load.pin("2026-11-28");
    expect(await rolloutNow()).toMatchObject({ pin: "2026-11-28" });
    await load.unpin();
    expect(await rolloutNow()).toMatchObject({ pin: undefined });

    const connection = { store, close: async () => {} };
    const world = { connect: async () => connection, env: () => `redis://127.0.0.1:${server.port}` };
    const commands = SHELL.filter((line) => line.startsWith("fleet ")).map((line) => line.replace(" --watch", ""));
    expect(commands.map((line) => line.split(" ")[1])).toEqual(["status", "pin", "unpin", "retry"]);
    for (const line of commands) {
      const said = await say(line.split(" "), {}, undefined, undefined, { fleet: world });
      expect([line, said.err]).toEqual([line, line.includes("retry") ? expect.stringContaining("rejected") : ""]);
    }
  });
});

const binaries = postgresBinaries();
const noPostgres = missingPackages ?? (binaries === undefined ? "PostgreSQL is not installed" : undefined);
if (noPostgres !== undefined) console.log(`skipped on PostgreSQL: ${noPostgres}`);

describe.skipIf(noPostgres !== undefined)("docs/guide/fleets.md, on PostgreSQL", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(binaries ?? "");
  });
  afterAll(() => cluster?.remove());

  test("the second block makes the schema, and a replica of the group", async () => {
    const pool = openPool(cluster.url, { max: 2 });
    ends.push(() => pool.end());
    const { health } = await run(postgresBlock, { Pool: clientOf(pool) }, ["health"]);
    health.resource("index", { load: () => ({ hash: 1 }) });
    health.start();
    await expectMember(health, postgresFleet(pool));
  });
});

describe("docs/guide/fleets.md, the simulator", () => {
  const commands = SHELL.filter((line) => line.startsWith("simulate "));

  test.each(commands)("%s is a command that there is", async (line) => {
    const said = await say([...line.split(" "), "--duration", "1m"]);
    expect([said.code, said.err]).toEqual([0, ""]);
    expect(said.out).toMatch(/^(?:source-outage|rollout): /);
  });
});
