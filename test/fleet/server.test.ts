import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  fleet,
  fleetStatus,
  pinRevision,
  unpinRevision,
  type FleetBeat,
  type FleetStore,
} from "../../src/fleet/index.ts";
import { createHealth } from "../../src/index.ts";
import { fleetSchema, postgresFleet } from "../../src/source/postgres/index.ts";
import { redisFleet } from "../../src/source/redis/index.ts";
import { read } from "../repo/tree.ts";
import { postgresBinaries, startCluster, type Cluster } from "../source/kit/cluster.ts";
import { missingPackages, packageOf } from "../source/kit/packages.ts";
import { SERVER_KINDS } from "../source/kit/postgres-client.ts";
import { until } from "../source/kit/process.ts";
import { REDIS_KINDS, type TestRedis } from "../source/kit/redis-client.ts";
import { redisProgram, startRedis, type RedisServer } from "../source/kit/redis-server.ts";

const GUIDE = read("docs/guide/fleets.md");
/** The one line of the guide that begins so. */
const lineOf = (begin: string): string => {
  const lines = GUIDE.split("\n").filter((line) => line.startsWith(begin));
  expect(lines.length, `lines of the guide that begin with ${begin}`).toBe(1);
  return lines[0] ?? "";
};

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** The beat of a replica that waits to leave, waits for a turn, and knows a note. */
const BEAT: FleetBeat = {
  replica: "a",
  serial: 1,
  ttlMs: 60_000,
  isClosed: false,
  knownForMs: 0,
  standing: "asks",
  isWedged: false,
  staleness: 1.5,
  leaveLeftMs: 0,
  leave: { most: 1 },
  turns: [{ resource: "index", wants: "waits", first: true, staleInMs: 0, most: 1 }],
  notes: { "pin:index": 1 },
  report: "{}",
};

/** A note of the group `counted` has version 3, as an earlier version of the library wrote it. */
async function expectReplaced(store: FleetStore): Promise<void> {
  const name = "pin:index";
  const beat = (version: number, serial: number): ReturnType<FleetStore["beat"]> =>
    store.beat("counted", { ...BEAT, serial, notes: { [name]: version } });
  expect((await beat(2, 1)).notes).toEqual([{ name, version: 3, text: "old" }]);
  expect((await beat(3, 2)).notes).toEqual([]);
  expect(await store.write("counted", { name, version: 3, text: "new" })).toBe(true);
  // A replica of that version takes its own write for number 4.
  expect((await beat(4, 3)).notes).toMatchObject([{ name, text: "new" }]);
}

/** Twenty replicas ask for leave and for a turn, each on a connection of its own. One may have each. */
async function expectOneOfMany(stores: readonly FleetStore[], age: () => Promise<void>): Promise<void> {
  for (const [at, store] of stores.entries())
    await store.beat("many", { ...BEAT, replica: `r${at}`, standing: "in", turns: [] });
  await age();
  const answers = await Promise.all(
    stores.map((store, at) => store.beat("many", { ...BEAT, replica: `r${at}`, serial: 2 })),
  );
  expect(answers.filter(({ leaveMs }) => leaveMs > 0)).toHaveLength(1);
  expect(answers.filter(({ turns }) => turns["index"] === 0)).toHaveLength(1);
}

/** A failover to a copy that lacks the latest writes. */
interface Failover {
  readonly before: FleetStore;
  readonly after: FleetStore;
  /** The copy has everything up to here, and nothing that comes later. */
  copied(): Promise<void>;
  failOver(): Promise<void>;
}

/** A replica has seen a pin that a failover loses. An operator unpins before its next beat. */
async function expectNothingKept({ before, after, copied, failOver }: Failover): Promise<void> {
  const order = { group: "failover", resource: "index" };
  await pinRevision(before, { ...order, revision: "v1" });
  await copied();
  await pinRevision(before, { ...order, revision: "v2" });
  const [lost] = (await before.read("failover")).notes;
  expect(lost?.text).toMatch(/"revision":"v2"/);
  await failOver();
  expect((await fleetStatus(after, "failover")).rollouts).toMatchObject([{ pin: "v1" }]);
  await unpinRevision(after, order);
  const { notes } = await after.beat("failover", { ...BEAT, notes: { "pin:index": lost?.version ?? NaN } });
  expect(notes).toMatchObject([{ name: "pin:index", text: expect.stringMatching(/"revision":null/) }]);
  // The number of the unpin is higher than that of the lost pin, so no replica puts the pin back.
  const serialOf = (text = ""): number => Number(/"serial":(\d+)/.exec(text)?.[1]);
  expect(serialOf(notes[0]?.text)).toBeGreaterThan(serialOf(lost?.text));
}

const noRedis = missingPackages ?? (redisProgram ? undefined : "redis-server is not installed");
const binaries = postgresBinaries();
const noPostgres = missingPackages ?? (binaries === undefined ? "PostgreSQL is not installed" : undefined);
for (const reason of new Set([noRedis, noPostgres])) if (reason) console.log(`skipped on a server: ${reason}`);

describe.skipIf(noRedis !== undefined)("Redis (FLEET 4)", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.remove());

  test("every key has the hash tag of its group, and expires by itself", async () => {
    const opened = await REDIS_KINDS[0]?.open(server.port);
    ends.push(() => opened?.close());
    const store = redisFleet(opened?.client ?? expect.fail("no client"));
    for (const replica of ["a", "b", "c"])
      for (const standing of ["in", "asks", "out", "asks"] as const)
        for (const wants of ["waits", "loads"] as const)
          await store.beat("matcher", { ...BEAT, replica, standing, turns: BEAT.turns.map((turn) => ({ ...turn, wants })) }); // prettier-ignore
    expect(await store.write("matcher", { name: "pin:index", version: 0, text: "{}" })).toBe(true);
    const keys = (await opened?.send("KEYS", "*")) as string[];
    expect(keys.length).toBeGreaterThan(6);
    for (const key of keys) {
      expect(key).toMatch(/^health-state:\{matcher\}:[a-z:]+$/);
      expect([key, Number(await opened?.send("PTTL", key)) > 0]).toEqual([key, true]);
    }
  });

  test("of twenty that ask at the same moment, as many leave and load as the budget says", async () => {
    const stores = await Promise.all(Array.from({ length: 20 }, () => openClient(server.port)));
    const send = async (words: readonly string[]): Promise<void> => {
      await stores[0]?.send(...words);
    };
    await expectOneOfMany(
      stores.map(({ client }) => redisFleet(client)),
      () => send(["HINCRBY", "health-state:{many}:meta", "born", "-100000"]),
    );
  });

  test("a script that the server has lost is sent again", async () => {
    const opened = await REDIS_KINDS[0]?.open(server.port);
    ends.push(() => opened?.close());
    const store = redisFleet(opened?.client ?? expect.fail("no client"));
    await store.beat("lost", BEAT);
    await opened?.send("SCRIPT", "FLUSH");
    expect(await store.beat("lost", { ...BEAT, serial: 2 })).toMatchObject({ members: 1 });
    expect((await store.read("lost")).members).toHaveLength(1);
  });

  test("a note that an earlier version of the library counted is read and replaced, also by that version", async () => {
    const opened = await REDIS_KINDS[0]?.open(server.port);
    ends.push(() => opened?.close());
    const store = redisFleet(opened?.client ?? expect.fail("no client"));
    const key = "health-state:{counted}:notes";
    await opened?.send("HSET", key, "pin:index", "3:old");
    await expectReplaced(store);
    const [note] = (await store.read("counted")).notes;
    // The script of that version adds 1.
    const script = `local note = redis.call("HGET", KEYS[1], ARGV[1]) or "0:"
if string.sub(note, 1, string.find(note, ":", 1, true) - 1) ~= ARGV[2] then return "0" end
redis.call("HSET", KEYS[1], ARGV[1], string.format("%.0f", tonumber(ARGV[2]) + 1) .. ":" .. ARGV[3])
return "1"`;
    const version = String(note?.version);
    expect(String(await opened?.send("EVAL", script, "1", key, "pin:index", version, "again"))).toBe("1");
    expect((await store.read("counted")).notes).toMatchObject([{ text: "again" }]);
  });

  test("after a failover to a replica that lost writes, nobody keeps what was lost", async () => {
    const other = await startRedis();
    ends.push(() => other.remove());
    const [from, to] = [await openClient(server.port), await openClient(other.port)];
    await to.send("REPLICAOF", "127.0.0.1", String(server.port));
    await until("the copy is there", async () =>
      /master_link_status:up/.test(String(await to.send("INFO", "replication"))),
    );
    await expectNothingKept({
      before: redisFleet(from.client),
      after: redisFleet(to.client),
      copied: async () => {
        await from.send("WAIT", "1", "0");
        await to.send("REPLICAOF", "NO", "ONE");
      },
      failOver: async () => {},
    });
  });

  const openClient = async (port: number): Promise<TestRedis> => {
    const opened = await REDIS_KINDS[0]?.open(port);
    ends.push(() => opened?.close());
    return opened ?? expect.fail("no client");
  };

  test.each(REDIS_KINDS.slice(0, 2).map(({ name }) => name))(
    "a user with the rights of the guide is enough for %s, and reaches no other group",
    async (name) => {
      const admin = await REDIS_KINDS[0]?.open(server.port);
      ends.push(() => admin?.close());
      // A line of the ACL file is what ACL SETUSER takes.
      const [, user = "", ...rules] = lineOf("user ").split(" ");
      await admin?.send("ACL", "SETUSER", user, ...rules);
      const password = rules.find((rule) => rule.startsWith(">"))?.slice(1) ?? "";
      const url = `redis://${user}:${password}@127.0.0.1:${server.port}`;
      const client = await openAs(name, url);
      const store = redisFleet(client);
      expect(await store.beat("matcher", { ...BEAT, replica: `b-${name}` })).toMatchObject({ place: 1 });
      expect((await store.read("matcher")).members.length).toBeGreaterThan(0);
      expect(typeof (await store.write("matcher", { name: "pin:rates", version: 0, text: "{}" }))).toBe("boolean");
      await expect(store.read("other")).rejects.toThrow(/NOPERM|permission|access/i);
    },
  );

  async function openAs(name: string, url: string): Promise<Parameters<typeof redisFleet>[0]> {
    if (name.startsWith("ioredis")) {
      const { Redis } = packageOf<{ Redis: new (url: string, options: object) => Parameters<typeof redisFleet>[0] & { disconnect(): void } }>(name); // prettier-ignore
      const client = new Redis(url, { maxRetriesPerRequest: 1 });
      ends.push(() => client.disconnect());
      return client;
    }
    const { createClient } = packageOf<{ createClient(options: object): Parameters<typeof redisFleet>[0] & { connect(): Promise<unknown>; destroy(): void } }>(name); // prettier-ignore
    const client = createClient({ url });
    await client.connect();
    ends.push(() => client.destroy());
    return client;
  }
});

describe.skipIf(noPostgres !== undefined)("PostgreSQL (FLEET 4)", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(binaries ?? "");
  });
  afterAll(() => cluster?.remove());

  const open = async (
    url = cluster.url,
    max = 2,
  ): Promise<{ client: Parameters<typeof postgresFleet>[0]; run(text: string): Promise<unknown> }> => {
    // prettier-ignore
    const opened = await SERVER_KINDS[0]?.open(url, { max });
    if (!opened) return expect.fail("no client");
    ends.push(() => opened.close());
    return opened;
  };

  test("without the schema the store counts as gone, and says why", async () => {
    const { client } = await open();
    const health = createHealth({
      fleet: fleet(postgresFleet(client), { group: "matcher", beat: "1s", within: "900ms" }),
    });
    ends.push(() => health.close());
    const reasons: (string | undefined)[] = [];
    health.subscribe((event) => void (event.type === "store-gone" && reasons.push(event.reason)));
    health.start();
    await until("the store counts as gone", () => reasons.length > 0);
    expect(reasons).toEqual([expect.stringMatching(/function health_state_fleet_beat\(.*\) does not exist/)]);
  });

  test("of twenty that ask at the same moment, as many leave and load as the budget says", async () => {
    const many = await Promise.all(Array.from({ length: 20 }, () => open(cluster.url, 1)));
    await many[0]?.run(fleetSchema);
    await expectOneOfMany(
      many.map(({ client }) => postgresFleet(client)),
      async () => void (await many[0]?.run("UPDATE health_state_fleet_group SET born_ms = born_ms - 100000")),
    );
  });

  test("a note that an earlier version of the library counted is read and replaced", async () => {
    const { client, run } = await open();
    await run(fleetSchema);
    await run("INSERT INTO health_state_fleet_note VALUES ('counted', 'pin:index', 3, 'old')");
    await expectReplaced(postgresFleet(client));
  });

  test("after a server comes back with older data, nobody keeps what was lost", async () => {
    const old = await startCluster(binaries ?? "");
    ends.push(() => old.remove());
    const first = await open(old.url);
    await first.run(fleetSchema);
    const store = postgresFleet(first.client);
    await expectNothingKept({
      before: store,
      after: store,
      copied: () => old.keep(),
      failOver: () => old.putBack(),
    });
  });

  test("twelve replicas that start at once make the schema at once", async () => {
    const many = await Promise.all(Array.from({ length: 12 }, () => open(cluster.url, 1)));
    await Promise.all(many.map(({ run }) => run("SELECT 1")));
    await Promise.all(many.map(({ run }) => run(fleetSchema)));
    await Promise.all(many.map(({ run }) => run(fleetSchema)));
    expect(await postgresFleet(many[0]?.client ?? expect.fail("none")).beat("matcher", BEAT)).toMatchObject({
      place: 1,
    });
  });

  test("a role with the rights of the guide is enough, and may do nothing else", async () => {
    const owner = await open();
    await owner.run(fleetSchema);
    await owner.run("CREATE TABLE secret (id int)");
    await owner.run("CREATE ROLE matcher LOGIN");
    await owner.run(lineOf("GRANT "));
    const { client, run } = await open(cluster.url.replace("tester@", "matcher@"));
    const store = postgresFleet(client);
    expect(await store.beat("rights", BEAT)).toMatchObject({ place: 1 });
    expect(await store.write("rights", { name: "pin:index", version: 0, text: "{}" })).toBe(true);
    expect((await fleetStatus(store, "rights")).replicas).toHaveLength(1);
    await expect(run("SELECT * FROM secret")).rejects.toThrow(/permission denied/);
    await expect(run("TRUNCATE health_state_fleet_note")).rejects.toThrow(/permission denied/);
    await expect(run("CREATE TABLE mine (id int)")).rejects.toThrow(/permission denied/);
  });
});
