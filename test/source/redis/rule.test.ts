import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { loaded, retryLater, SourceError, unchanged, type LoadContext } from "../../../src/index.ts";
import { fromRedis, redisHints } from "../../../src/source/redis/index.ts";
import { contextOf } from "../kit/context.ts";
import { missingPackages } from "../kit/packages.ts";
import { openIoredis, REDIS_KINDS, type TestRedis } from "../kit/redis-client.ts";
import { redisProgram, startRedis, type RedisServer } from "../kit/redis-server.ts";

const missing = missingPackages ?? (redisProgram ? undefined : "redis-server is not installed");
if (missing !== undefined) console.log(`skipped on a Redis server: ${missing}`);

let server: RedisServer;
let clustered: RedisServer;
beforeAll(async () => {
  if (missing !== undefined) return;
  server = await startRedis();
  clustered = await startRedis("--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1");
});
afterAll(async () => {
  await server?.remove();
  await clustered?.remove();
});

const BYTES = Uint8Array.from({ length: 256 }, (_, index) => index);
const kindOf = (error: unknown): string =>
  error instanceof SourceError ? `${error.kind}: ${error.message}` : String(error);

describe.skipIf(missing !== undefined).each(REDIS_KINDS)("fromRedis() with $name (DATA 2.4)", (kind) => {
  let opened: TestRedis;
  beforeAll(async () => {
    opened = await kind.open(server.port);
  });
  afterAll(() => opened?.close());
  beforeEach(async () => {
    await opened.send("FLUSHALL");
    await opened.send("MSET", "rates", '{"eur":1}', "rates:version", "v1");
  });

  const load = async (context: Partial<LoadContext> = {}, options: object = {}): Promise<unknown> =>
    fromRedis(opened.client, { key: "rates", version: "rates:version", parse: (body) => body, ...options })(
      contextOf(context),
    );
  const failure = (context: Partial<LoadContext> = {}, options: object = {}): Promise<unknown> =>
    load(context, options).then(() => "no failure", kindOf);

  test("gives the value with its revision", async () => {
    expect(await load()).toEqual(loaded({ eur: 1 }, { revision: "v1" }));
  });

  test("one script: a server that forgot it gets it again", async () => {
    await load();
    await opened.send("SCRIPT", "FLUSH");
    expect(await load()).toEqual(loaded({ eur: 1 }, { revision: "v1" }));
    await opened.send("CONFIG", "RESETSTAT");
    await load();
    const stats = String(await opened.send("INFO", "commandstats"));
    expect([/cmdstat_evalsha:calls=1,/.test(stats), /cmdstat_eval:/.test(stats)]).toEqual([true, false]);
  });

  test("sends the value only if its revision differs from the one held and the one refused", async () => {
    await opened.send("SET", "rates", "x".repeat(100_000));
    const sent = async (): Promise<number> =>
      Number(/total_net_output_bytes:(\d+)/.exec(String(await opened.send("INFO", "stats")))?.[1]);
    const before = await sent();
    expect(await load({ revision: "v1", previous: 1 })).toEqual(unchanged({}));
    expect(await load({ revision: "v0", previous: 1, rejected: "v1" })).toEqual(unchanged({ revision: "v1" }));
    expect((await sent()) - before).toBeLessThan(20_000);
    await load({ revision: "v0", previous: 1 }, { as: "text" });
    expect((await sent()) - before).toBeGreaterThan(100_000);
  });

  test.each([
    ["value", "rates", "missing: the key rates does not exist"],
    ["version", "rates:version", "missing: the key rates:version does not exist"],
  ])("a missing %s fails, and is never empty data", async (_what, key, message) => {
    await opened.send("DEL", key);
    expect(await failure()).toBe(message);
    expect(await failure({ revision: "v0", previous: 1 })).toBe(message);
  });

  test("an empty value fails", async () => {
    await opened.send("SET", "rates", "");
    expect(await failure()).toBe("empty: the value of rates is empty");
  });

  test("without version the revision is the SHA-256 of the value", async () => {
    const options = { version: undefined, as: "text" };
    const only = (context: Partial<LoadContext> = {}): Promise<unknown> =>
      Promise.resolve(
        fromRedis(opened.client, { key: "rates", as: "text", parse: (body) => body })(contextOf(context)),
      );
    expect(options.version).toBeUndefined();
    await opened.send("SET", "rates", "abc");
    const revision = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    expect(await only()).toEqual(loaded("abc", { revision }));
    expect(await only({ revision, previous: "abc" })).toEqual(unchanged({}));
    expect(await only({ revision: "sha256:0", previous: "a", rejected: revision })).toEqual(unchanged({ revision }));
  });

  test.each(["json", "text", "bytes"] as const)("gives the body as %s, whatever bytes are in it", async (as) => {
    const text = '{"word":"schön \u{1f600}","nul":"\\u0000"}';
    await opened.send("SET", "rates", as === "bytes" ? Buffer.from(BYTES) : text);
    const { value } = Object(await load({}, { as }));
    expect(value).toEqual(as === "bytes" ? BYTES : as === "text" ? text : JSON.parse(text));
    if (as === "bytes") expect([value.constructor.name, value.buffer.byteLength]).toEqual(["Uint8Array", 256]);
  });

  test("bytes that are no UTF-8, or no JSON, fail as parse", async () => {
    await opened.send("SET", "rates", Buffer.from(BYTES));
    expect(await failure({}, { as: "text" })).toMatch(/^parse: parse could not read the value: /);
    await opened.send("SET", "rates", "{");
    expect(await failure()).toMatch(/^parse: parse could not read the value: /);
  });

  test("a value beyond maxBytes is not sent", async () => {
    await opened.send("SET", "rates", "x".repeat(1_000_000));
    const sentBytes = async (): Promise<number> =>
      Number(/total_net_output_bytes:(\d+)/.exec(String(await opened.send("INFO", "stats")))?.[1]);
    const before = await sentBytes();
    expect(await failure({}, { maxBytes: "1kB" })).toBe(
      "too-large: the value of rates has 1000000 bytes, more than maxBytes, 1000 bytes",
    );
    expect((await sentBytes()) - before).toBeLessThan(100_000);
  });

  test("verify is asked before parse, with the bytes and the revision", async () => {
    const seen: unknown[] = [];
    const parse = (body: unknown): unknown => {
      seen.push("parse");
      return body;
    };
    const verify = (bytes: Uint8Array, note: unknown): boolean => {
      seen.push([new TextDecoder().decode(bytes), note]);
      return seen.length > 1;
    };
    expect(await failure({}, { verify, parse })).toBe("verify: verify rejected the value");
    expect(Object(await load({}, { verify, parse })).revision).toBe("v1");
    expect(seen).toEqual([['{"eur":1}', { revision: "v1" }], ['{"eur":1}', { revision: "v1" }], "parse"]);
    const thrower = (): never => {
      throw new Error("no signature");
    };
    expect(await failure({}, { verify: thrower })).toBe("verify: verify rejected the value: no signature");
  });

  test("asOf is asked for a new value and for a confirmed one", async () => {
    const asOf = (value: { eur: number }): number => value.eur * 1000;
    expect(Object(await load({}, { asOf })).asOf).toBe(1000);
    expect(await load({ revision: "v1", previous: { eur: 2 } }, { asOf })).toEqual(unchanged({ asOf: 2000 }));
  });

  test("an asOf that throws fails as parse, and a wait that parse asks for is kept", async () => {
    const thrown = new Error("no stamp");
    const asOf = (): never => {
      throw thrown;
    };
    for (const context of [{}, { revision: "v1", previous: { eur: 2 } }])
      await expect(Promise.resolve(load(context, { asOf }))).rejects.toMatchObject({
        name: "SourceError",
        kind: "parse",
        cause: thrown,
      });
    const parse = (): never => {
      throw retryLater("5s", thrown);
    };
    await expect(Promise.resolve(load({}, { parse }))).rejects.toMatchObject({ code: "HS_RETRY_LATER", cause: thrown });
  });

  test("version() tells what is announced, and fetches no value where there is a version", async () => {
    const loader = fromRedis(opened.client, { key: "nothing", version: "rates:version", parse: (body) => body });
    expect([await loader.version(contextOf()), loader.identity]).toEqual([
      { revision: "v1" },
      "redis:nothing;rates:version",
    ]);
    const whole = fromRedis(opened.client, { key: "rates", parse: (body) => body });
    const { revision, digest } = await whole.version(contextOf());
    expect([revision, whole.identity]).toEqual([expect.stringMatching(/^sha256:[0-9a-f]{64}$/), "redis:rates"]);
    expect(digest).toBe(revision);
  });

  test("a key of another type is a refusal of the server", async () => {
    await opened.send("DEL", "rates");
    await opened.send("LPUSH", "rates", "1");
    expect(await failure()).toMatch(/^refused: Redis: (WRONGTYPE|ERR .*WRONGTYPE)/);
  });

  test("in the middle of a transaction a load fails and says so, and the next one after it does not", async () => {
    await opened.send("MULTI");
    expect(await failure()).toMatch(/^protocol: Redis: the reply is not a list of bytes\. A client .*MULTI/);
    await opened.send("DISCARD");
    expect(await load()).toEqual(loaded({ eur: 1 }, { revision: "v1" }));
  });

  test("twenty loaders on one client add one listener for its errors", async () => {
    const other = await kind.open(server.port);
    const count = (): number =>
      Number(Reflect.apply(Reflect.get(other.client, "listenerCount"), other.client, ["error"]));
    const before = count();
    // At once, because a connection may fail before the first load.
    const loaders = Array.from({ length: 20 }, () => fromRedis(other.client, { key: "rates", parse: (body) => body }));
    expect(count() - before).toBe(1);
    for (const one of loaders) await one(contextOf());
    redisHints(other.client, "rates");
    expect(count() - before).toBe(1);
    other.close();
  });

  test("a client that is closed fails as network", async () => {
    const other = await kind.open(server.port);
    const loader = fromRedis(other.client, { key: "rates", parse: (body) => body });
    await loader(contextOf());
    other.close();
    expect(await Promise.resolve(loader(contextOf())).catch(kindOf)).toMatch(/^network: /);
  });

  test("in a cluster, keys that share a hash tag are read by one script, and others are refused at once", async () => {
    const admin = await kind.open(clustered.port);
    const info = String(await admin.send("CLUSTER", "INFO"));
    if (!info.includes("cluster_slots_assigned:16384")) await admin.send("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    for (let state = ""; !state.includes("cluster_state:ok");) state = String(await admin.send("CLUSTER", "INFO"));
    const cluster = await kind.openCluster(clustered.port);
    await cluster.send("SET", "{rates}:value", '"in a cluster"');
    await cluster.send("SET", "{rates}:version", "c1");
    const keys = { key: "{rates}:value", version: "{rates}:version" };
    const loader = fromRedis(cluster.client, { ...keys, parse: (body) => body });
    await admin.send("SCRIPT", "FLUSH");
    expect(await loader(contextOf())).toEqual(loaded("in a cluster", { revision: "c1" }));
    expect(await loader(contextOf({ revision: "c1", previous: 1 }))).toEqual(unchanged({}));
    await cluster.send("SET", "{rates}:value", Buffer.from(BYTES));
    const bytes = fromRedis(cluster.client, { ...keys, as: "bytes", parse: (body) => body });
    expect(Object(await bytes(contextOf())).value).toEqual(BYTES);
    expect(() => fromRedis(cluster.client, { key: "rates", version: "rates:version", parse: (body) => body })).toThrow(
      /version is "rates:version"\. Pass a key that shares a hash tag with "rates"/,
    );
    cluster.close();
    admin.close();
  });
});

describe.skipIf(missing !== undefined)("fromRedis() with options of ioredis", () => {
  test.each([
    ["enableAutoPipelining", { enableAutoPipelining: true }, ""],
    ["keyPrefix", { keyPrefix: "app:" }, "app:"],
    ["stringNumbers", { stringNumbers: true }, ""],
    ["db", { db: 3 }, ""],
  ])("%s", async (_, options, prefix) => {
    const client = openIoredis(server.port, options);
    const admin = openIoredis(server.port, { ...options, keyPrefix: "" });
    await admin.call("MSET", `${prefix}rates`, '{"eur":1}', `${prefix}rates:version`, "v1");
    const loader = fromRedis(client, { key: "rates", version: "rates:version", parse: (body) => body });
    expect(await loader(contextOf())).toEqual(loaded({ eur: 1 }, { revision: "v1" }));
    const controller = new AbortController();
    const heard: unknown[] = [];
    const { echo } = await redisHints(client, "rates")((revision) => void heard.push(revision), controller);
    await admin.call("PUBLISH", "rates", "v2");
    await echo();
    expect(heard).toEqual(["v2"]);
    controller.abort();
    client.disconnect();
    admin.disconnect();
  });
});
