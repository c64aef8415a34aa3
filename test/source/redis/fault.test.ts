import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createHealth, SourceError, type LoadContext } from "../../../src/index.ts";
import { fromRedis } from "../../../src/source/redis/index.ts";
import { contextOf } from "../kit/context.ts";
import { missingPackages } from "../kit/packages.ts";
import { DEEP, pause, until } from "../kit/process.ts";
import { REDIS_KINDS, type TestRedis } from "../kit/redis-client.ts";
import { redisProgram, startRedis, type RedisServer } from "../kit/redis-server.ts";

const missing = missingPackages ?? (redisProgram ? undefined : "redis-server is not installed");
if (missing !== undefined) console.log(`skipped on a Redis server: ${missing}`);

const WRITE_FOR_MS = DEEP ? 60_000 : 800;

let server: RedisServer;
beforeAll(async () => {
  if (missing === undefined) server = await startRedis();
});
afterAll(() => server?.remove());

const kindOf = (error: unknown): string => (error instanceof SourceError ? error.kind : String(error));
const KEYS = { key: "value", version: "version" };

describe.skipIf(missing !== undefined).each(REDIS_KINDS)("fromRedis() with $name, when things break", (kind) => {
  let opened: TestRedis;
  beforeEach(async () => {
    opened = await kind.open(server.port);
    await opened.send("FLUSHALL");
    await opened.send("MSET", "value", '"one"', "version", "v1");
    return () => opened.close();
  });

  const load = async (context: Partial<LoadContext> = {}, client = opened): Promise<unknown> =>
    fromRedis(client.client, { ...KEYS, parse: (body) => body })(contextOf(context));
  const healed = (): Promise<boolean> =>
    load().then(
      () => true,
      () => false,
    );

  test("every accepted value equals a committed state, while others write and delete", async () => {
    const writer = await kind.open(server.port);
    const states = new Map<string, string>([["v1", "one"]]);
    let commits = 0;
    let writing = true;
    const set = `if ARGV[3] == "gap" then redis.call("DEL", KEYS[1], KEYS[2]) end
      redis.call("SET", KEYS[1], ARGV[1]) redis.call("SET", KEYS[2], ARGV[2])`;
    const end = Date.now() + WRITE_FOR_MS;
    const written = (async () => {
      while (Date.now() < end) {
        const revision = crypto.randomUUID();
        const state = `state ${commits}`;
        states.set(revision, state);
        await writer.send(
          "EVAL",
          set,
          "2",
          "value",
          "version",
          JSON.stringify(state),
          revision,
          commits % 9 ? "" : "gap",
        );
        if (commits % 50 === 49) await writer.send("DEL", "value", "version");
        commits++;
      }
      writing = false;
    })();
    const wrong: string[] = [];
    let held: { revision: string; previous: unknown } | undefined;
    let accepted = 0;
    const once = async (): Promise<void> => {
      const result = Object(await load(held).catch((error: unknown) => ({ failed: kindOf(error) })));
      if (result.failed !== undefined && result.failed !== "missing") wrong.push(String(result.failed));
      if (result.value === undefined) return;
      accepted++;
      held = { revision: result.revision, previous: result.value };
      if (states.get(result.revision) !== result.value) wrong.push(`${result.revision}: ${result.value}`);
    };
    while (writing) await once();
    await written;
    await writer.send("MSET", "value", '"last"', "version", "vlast");
    states.set("vlast", "last");
    await once();
    writer.close();
    expect([wrong, held?.previous]).toEqual([[], "last"]);
    expect(commits / (WRITE_FOR_MS / 1_000)).toBeGreaterThan(100);
    expect(accepted).toBeGreaterThan(10);
  });

  test("FLUSHALL is a missing key, and the old value is kept", async () => {
    const health = createHealth();
    const rates = health.resource("rates", {
      load: fromRedis(opened.client, { ...KEYS, as: "text", parse: (text) => text }),
      refreshEvery: 100,
      staleAfter: 60_000,
    });
    expect(await rates.get()).toBe('"one"');
    await opened.send("FLUSHALL");
    await until("a refresh failed", () => rates.snapshot().lastError !== undefined);
    expect(rates.snapshot().lastError?.error).toMatchObject({ kind: "missing" });
    expect(rates.peek()).toBe('"one"');
    await opened.send("MSET", "value", '"two"', "version", "v2");
    await until("the new value is there", () => rates.peek() === '"two"');
    await health.close();
  });

  test("an abort rejects at once, a frozen server owes one answer, and all is well after it", async () => {
    const loader = fromRedis(opened.client, { ...KEYS, parse: (body) => body });
    await loader(contextOf());
    await opened.send("CONFIG", "RESETSTAT");
    server.freeze();
    try {
      for (let attempt = 1; attempt <= 5; attempt++) {
        const controller = new AbortController();
        const timer = setTimeout(() => controller.abort(new Error("timeout")), 50);
        const began = Date.now();
        await expect(loader(contextOf({ signal: controller.signal, attempt }))).rejects.toThrow("timeout");
        expect(Date.now() - began).toBeLessThan(1_000);
        clearTimeout(timer);
      }
    } finally {
      server.thaw();
    }
    expect(Object(await loader(contextOf())).value).toBe("one");
    const stats = String(await opened.send("INFO", "commandstats"));
    expect(Number(/cmdstat_evalsha:calls=(\d+),/.exec(stats)?.[1])).toBe(2);
  });

  test("a server that restarts fails loads, and the next ones find it and its loss", async () => {
    expect(await healed()).toBe(true);
    await server.stop();
    const controller = new AbortController();
    const asked = load({ signal: controller.signal }).catch(kindOf);
    // A client that keeps the command until the server is back is given up. Another one has failed already.
    controller.abort(new Error("timeout"));
    expect(["network", "Error: timeout"]).toContain(await asked);
    await server.start();
    await until("the server answers", () =>
      load().then(
        () => true,
        (error: unknown) => kindOf(error) === "missing",
      ),
    );
    await opened.send("MSET", "value", '"three"', "version", "v3");
    await until("a load finds the server", healed);
  });

  test("a value that was evicted fails the load, and the version alone says nothing", async () => {
    await opened.send("CONFIG", "SET", "maxmemory-policy", "allkeys-random");
    await opened.send("SET", "value", JSON.stringify("x".repeat(200_000)));
    await opened.send("CONFIG", "SET", "maxmemory", "1mb");
    try {
      const gone = async (): Promise<boolean> => {
        await opened.send("SET", `filler:${crypto.randomUUID()}`, "x".repeat(20_000)).catch(() => {});
        return String(await opened.send("EXISTS", "value", "version")) !== "2";
      };
      await until("a key is evicted", gone);
      expect(await load().catch(kindOf)).toBe("missing");
    } finally {
      await opened.send("CONFIG", "SET", "maxmemory", "0");
    }
  });

  test("what a server refuses fails the load by its word, and the next load works once it allows it again", async () => {
    const other = await startRedis();
    const admin = await kind.open(other.port);
    const reader = await kind.open(other.port);
    const source = fromRedis(reader.client, { ...KEYS, parse: (body) => body });
    fromRedis(admin.client, { key: "errors are heard", parse: String });
    const outcome = async (): Promise<string> => {
      try {
        return `value ${Object(await source(contextOf())).value}`;
      } catch (error) {
        return /^Redis: (\w+)/.exec(error instanceof Error ? error.message : "")?.[1] ?? kindOf(error);
      }
    };
    await admin.send("MSET", "value", '"one"', "version", "v1");
    const seen: unknown[] = [];
    for (const [spoil, heal] of [
      [
        ["CONFIG", "SET", "requirepass", "secret"],
        ["CONFIG", "SET", "requirepass", ""],
      ],
      [
        ["ACL", "SETUSER", "default", "-@scripting"],
        ["ACL", "SETUSER", "default", "+@all"],
      ],
      [
        ["ACL", "SETUSER", "default", "resetkeys", "~other*"],
        ["ACL", "SETUSER", "default", "allkeys"],
      ],
      [
        ["CONFIG", "SET", "maxmemory", "1"],
        ["CONFIG", "SET", "maxmemory", "0"],
      ],
      [["SCRIPT", "FLUSH"], ["PING"]],
      [["REPLICAOF", "127.0.0.1", "1"], ["PING"]],
      [
        ["CONFIG", "SET", "replica-serve-stale-data", "no"],
        ["REPLICAOF", "NO", "ONE"],
      ],
    ] as const) {
      await admin.send(...spoil);
      // A connection keeps what it was allowed when it logged in, so it gets a new one.
      await admin.send("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      await until("it connects again", async () => (await outcome()) !== "network" && (await outcome()) !== "Socket");
      const spoilt = await outcome();
      await admin.send(...heal);
      await until("it is healed", async () => (await outcome()) === "value one");
      seen.push(spoilt);
    }
    expect(seen).toEqual(["NOAUTH", "NOPERM", "NOPERM", "value one", "value one", "value one", "MASTERDOWN"]);
    admin.close();
    reader.close();
    await other.remove();
  });

  test("a server that is out of memory still reads", async () => {
    await opened.send("CONFIG", "SET", "maxmemory-policy", "noeviction");
    await opened.send("SCRIPT", "FLUSH");
    await opened.send("CONFIG", "SET", "maxmemory", "1");
    try {
      await expect(opened.send("SET", "more", "x")).rejects.toThrow(/OOM/);
      const result = await load().catch((error: unknown) => error);
      // Where the server refuses the script itself, the load says so.
      if (result instanceof SourceError)
        expect([result.kind, result.message]).toEqual(["refused", expect.stringContaining("OOM")]);
      else expect(Object(result).value).toBe("one");
    } finally {
      await opened.send("CONFIG", "SET", "maxmemory", "0");
    }
  });

  test("a failover that loses writes: the promoted replica's state is loaded, although it is older", async () => {
    const replica = await startRedis("--replicaof", `127.0.0.1 ${server.port}`);
    const other = await kind.open(replica.port);
    try {
      await until(
        "the replica has the value",
        async () => String(await other.send("EXISTS", "value", "version")) === "2",
      );
      // A replica reads too, because the script writes nothing.
      expect(Object(await load({}, other)).value).toBe("one");
      await other.send("REPLICAOF", "NO", "ONE");
      await opened.send("MSET", "value", '"lost"', "version", "v2");
      const lost = Object(await load());
      expect([lost.value, lost.revision]).toEqual(["lost", "v2"]);
      const after = Object(await load({ revision: "v2", previous: "lost" }, other));
      expect([after.value, after.revision]).toEqual(["one", "v1"]);
    } finally {
      other.close();
      await replica.remove();
    }
  });

  test("a connection that is killed costs one load at most, and the process survives", async () => {
    const admin = await kind.open(server.port);
    const seen = new Set<string>();
    for (let count = 0; count < (DEEP ? 500 : 20); count++) {
      const running = load().then(() => "loaded", kindOf);
      await admin.send("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      seen.add(await running);
      await pause(5);
    }
    admin.close();
    await until("a load finds the server", healed);
    expect([...seen].filter((outcome) => outcome !== "loaded" && outcome !== "network")).toEqual([]);
  });
});
