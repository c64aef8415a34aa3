import * as cluster from "../../src/cluster/index.ts";
import * as packed from "../../src/packed/index.ts";
import * as file from "../../src/source/file/index.ts";
import * as http from "../../src/source/http/index.ts";
import * as postgres from "../../src/source/postgres/index.ts";
import * as redis from "../../src/source/redis/index.ts";
import * as kv from "../../src/store/kv/index.ts";
import * as thread from "../../src/thread/index.ts";
import { DURATIONS, EVERY_KIND, FUNCTIONS, type Kind } from "./kind.ts";
import { CALLBACK, OPTIONS, options, row, TEXTS, type Row, type Scene } from "./row.ts";

/** What has every method: a client, a storage or a codec of another copy. */
const PROXY: readonly Kind[] = ["a Proxy that has everything"];
/** What names a file, a key or a channel. */
const NAMES: readonly Kind[] = ["a text", "a text of 10,000 characters"];
/** An object is names and values, whatever it is. */
const HEADERS: readonly Kind[] = [
  ...OPTIONS,
  ...FUNCTIONS,
  "an array",
  "an array of nothing",
  "an object with an unknown name",
  "an object without a prototype",
  "an object that has no text",
];
const SIZES: readonly Kind[] = ["the number 7"];
/** It is a number of bytes. */
const LENGTHS: readonly Kind[] = ["the number 7"];

const parse = (): object => ({});
const url = "https://example.com/latest";
/** A client of each kind, of which nothing is called. */
const pool: never = { connect: parse, totalCount: 0, on: parse } as never;
const ioredis: never = { callBuffer: parse, duplicate: parse, on: parse, status: "ready" } as never;
const storage: never = {
  getItemRaw: parse,
  setItemRaw: parse,
  getItem: parse,
  setItem: parse,
  removeItem: parse,
} as never;
const codec = file.json();

/** The entries whose functions read, keep or share data. */
export const SOURCES = { cluster, file, http, kv, packed, postgres, redis, thread };

export const SOURCE_ROWS: readonly Row[] = [
  row("file.fromFile", "path", NAMES, (_, given) => file.fromFile(given)),
  row("file.fromFile", "options", OPTIONS, (_, given) => file.fromFile("a.json", given)),
  ...options(
    "file.fromFile",
    { as: [], parse: CALLBACK, verify: CALLBACK, asOf: CALLBACK, maxBytes: SIZES, idleTimeout: DURATIONS },
    (_, given) => file.fromFile("a.json", given),
  ),
  row("file.fromFiles", "folder", NAMES, (_, given) => file.fromFiles(given, ["a.json"])),
  row("file.fromFiles", "names", [], (_, given) => file.fromFiles("folder", given)),
  row("file.fromFiles", "options", OPTIONS, (_, given) => file.fromFiles("folder", ["a.json"], given)),
  row("file.fileHints", "path", NAMES, (_, given) => file.fileHints(given)),
  row("file.fileStore", "path", NAMES, (_, given) => file.fileStore(given, { codec })),
  row("file.fileStore", "options", [], (_, given) => file.fileStore("a.json", given)),
  ...options("file.fileStore", { codec: PROXY, maxAge: DURATIONS, schema: TEXTS }, (_, given: object) =>
    file.fileStore("a.json", { codec, ...given }),
  ),
  ...[["file", file] as const, ["kv", kv] as const].flatMap(([entry, { bytes, json }]) =>
    [["bytes", bytes] as const, ["json", json] as const].flatMap(([name, make]) => [
      row(`${entry}.${name}`, "conversion", ["undefined"], (_, given) => Reflect.apply(make, undefined, [given])),
      ...options(`${entry}.${name}`, { read: FUNCTIONS, write: FUNCTIONS }, (_, given: object) =>
        Reflect.apply(make, undefined, [{ read: parse, write: parse, ...given }]),
      ),
    ]),
  ),

  row("file.v8", "anything", EVERY_KIND, (_, given) => Reflect.apply(file.v8, undefined, [given])),

  row("kv.kvStore", "storage", PROXY, (_, given) => kv.kvStore(given, "key", { codec })),
  row("kv.kvStore", "key", NAMES, (_, given) => kv.kvStore(storage, given, { codec })),
  row("kv.kvStore", "options", [], (_, given) => kv.kvStore(storage, "key", given)),
  ...options("kv.kvStore", { codec: PROXY, maxAge: DURATIONS, schema: TEXTS }, (_, given: object) =>
    kv.kvStore(storage, "key", { codec, ...given }),
  ),

  row("http.fromHttp", "url", [], (_, given) => http.fromHttp(given)),
  row("http.fromHttp", "options", OPTIONS, (_, given) => http.fromHttp(url, given)),
  row("http.fromPointer", "url", [], (_, given) => http.fromPointer(given)),
  row("http.fromPointer", "options", OPTIONS, (_, given) => http.fromPointer(url, given)),
  ...[["http.fromHttp", http.fromHttp] as const, ["http.fromPointer", http.fromPointer] as const].flatMap(
    ([name, make]) =>
      options(
        name,
        {
          as: [],
          parse: CALLBACK,
          verify: CALLBACK,
          fetch: CALLBACK,
          headers: HEADERS,
          headTimeout: DURATIONS,
          idleTimeout: DURATIONS,
          maxBytes: SIZES,
        },
        (_, given) => Reflect.apply(make, undefined, [url, given]),
      ),
  ),
  row("http.fromPointer", "origins", ["an array"], (_, origins) => http.fromPointer(url, { origins })),

  row("packed.packedMap", "shape", [], (_, given) => packed.packedMap(given)),
  ...options("packed.packedMap", { keys: LENGTHS, values: [] }, (_, given: object) =>
    packed.packedMap({ keys: "string", values: "bytes", ...given } as never),
  ),
  row("packed.packedSet", "shape", [], (_, given) => packed.packedSet(given)),
  row("packed.packedSet", "keys", LENGTHS, (_, keys) => packed.packedSet({ keys })),

  row("postgres.postgresFleet", "client", PROXY, (_, given) => postgres.postgresFleet(given)),
  row("postgres.fromPostgres", "client", PROXY, (_, given) =>
    postgres.fromPostgres(given, { version: "select 1", query: "select 1", parse }),
  ),
  row("postgres.fromPostgres", "options", [], (_, given) => postgres.fromPostgres(pool, given)),
  ...options(
    "postgres.fromPostgres",
    { version: NAMES, query: NAMES, parse: FUNCTIONS, asOf: CALLBACK, maxBytes: SIZES },
    (_, given: object) => postgres.fromPostgres(pool, { version: "select 1", query: "select 2", parse, ...given }),
  ),
  row("postgres.postgresHints", "client", PROXY, (_, given) => postgres.postgresHints(given, "index")),
  row("postgres.postgresHints", "channel", ["a text"], (_, given) => postgres.postgresHints(pool, given)),

  row("redis.redisFleet", "client", PROXY, (_, given) => redis.redisFleet(given)),
  row("redis.fromRedis", "client", PROXY, (_, given) => redis.fromRedis(given, { key: "index", parse })),
  row("redis.fromRedis", "options", [], (_, given) => redis.fromRedis(ioredis, given)),
  ...options(
    "redis.fromRedis",
    { key: NAMES, version: NAMES, as: [], parse: FUNCTIONS, verify: CALLBACK, asOf: CALLBACK, maxBytes: SIZES },
    (_, given: object) => redis.fromRedis(ioredis, { key: "index", parse, ...given }),
  ),
  row("redis.redisHints", "client", PROXY, (_, given) => redis.redisHints(given, "index")),
  row("redis.redisHints", "channel", NAMES, (_, given) => redis.redisHints(ioredis, given)),

  row("thread.offThread", "module", [], (_, given) => thread.offThread(given)),
  row("thread.offThread", "options", OPTIONS, (_, given) => thread.offThread(new URL("file:///a.js"), given)),
  ...options("thread.offThread", { view: CALLBACK, memory: [], maxBytes: SIZES, keep: ["true"] }, (_, given) =>
    thread.offThread(new URL("file:///a.js"), given),
  ),
  // What is right would start a thread.
  row("thread.probeThread", "health", [], (_, given) => thread.probeThread(given, { port: 0 })),
  row("thread.probeThread", "options", [], ({ health }, given) => thread.probeThread(health, given)),
  ...options(
    "thread.probeThread",
    { busyAfter: [], wedgedAfter: [], host: [], onBusy: [] },
    ({ health }, given: object) => thread.probeThread(health, { port: -1, ...given }),
  ),

  row("cluster.shared", "folder", ["a text"], (_, given) => cluster.shared(given, parse, { codec })),
  row("cluster.shared", "load", FUNCTIONS, (_, given) => cluster.shared("/nowhere/s", given, { codec })),
  row("cluster.shared", "options", [], (_, given) => cluster.shared("/nowhere/s", parse, given)),
  ...options("cluster.shared", { codec: PROXY, timeout: [], onAlone: CALLBACK }, (_, given: object) =>
    cluster.shared("/nowhere/s", parse, { codec, ...given }),
  ),
  row("cluster.workers", "health", [], (_, given) => cluster.workers(given)),
  ...options("cluster.workers", { answer: [], folder: [] }, ({ health }, given: object) =>
    // What is right would begin to listen, so that something else is wrong beside it.
    cluster.workers(health, { answer: 0, ...given, ...("answer" in given && { folder: "" }) } as never),
  ),
];

/** Arguments in the wrong order. */
export const SOURCE_SWAPPED: readonly (readonly [string, (scene: Scene) => unknown])[] = [
  ["fileStore(options, path)", () => file.fileStore({ codec } as never, "a.json" as never)],
  ["fromFiles(names, folder)", () => file.fromFiles(["a.json"] as never, "folder" as never)],
  ["kvStore(key, storage)", () => kv.kvStore("key" as never, storage, { codec })],
  ["fromPostgres(options, client)", () => postgres.fromPostgres({ query: "select 1" } as never, pool)],
  ["postgresHints(channel, client)", () => postgres.postgresHints("index" as never, pool)],
  ["fromRedis(options, client)", () => redis.fromRedis({ key: "a" } as never, ioredis)],
  ["redisHints(channel, client)", () => redis.redisHints("index" as never, ioredis)],
  ["shared(load, folder)", () => cluster.shared(parse as never, "/nowhere/s" as never, { codec })],
  ["probeThread(options, health)", ({ health }) => thread.probeThread({ port: 0 } as never, health as never)],
];
