// The clients of the real packages are what the sources take. It only has to compile.
import { PGlite } from "@electric-sql/pglite";
import { Cluster, Redis } from "ioredis";
import { Cluster as Cluster5, Redis as Redis5 } from "ioredis-5";
import pg from "pg";
import postgres from "postgres";
import { createClient, createCluster } from "redis";
import { createClient as createClient4, createCluster as createCluster4 } from "redis-4";
import type { VersionedLoader } from "../../../src/source/versioned-loader.ts";
import { fromPostgres, postgresHints } from "../../../src/source/postgres/index.ts";
import { fromRedis, redisHints } from "../../../src/source/redis/index.ts";

const sql = { version: "select revision from version", query: "select id from content" };
const parse = (rows: { id: number }[]): number[] => rows.map(({ id }) => id);

export const tables: VersionedLoader<number[]>[] = [
  fromPostgres(new pg.Pool(), { ...sql, parse }),
  fromPostgres(postgres(), { ...sql, parse }),
  fromPostgres(new PGlite(), { ...sql, parse }),
];
postgresHints(new pg.Pool(), "index");
postgresHints(postgres(), "index");
postgresHints(new PGlite(), "index");

// @ts-expect-error a bare client has no totalCount
fromPostgres(new pg.Client(), { ...sql, parse });

const text = { key: "{a}:value", version: "{a}:version", as: "text", parse: (body: string) => body.length } as const;
export const lengths: VersionedLoader<number>[] = [
  fromRedis(new Redis(), text),
  fromRedis(new Cluster([]), text),
  fromRedis(new Redis5(), text),
  fromRedis(new Cluster5([]), text),
  fromRedis(createClient(), text),
  fromRedis(createCluster({ rootNodes: [] }), text),
  fromRedis(createClient4(), text),
  fromRedis(createCluster4({ rootNodes: [] }), text),
];
redisHints(new Redis(), "index");
redisHints(new Cluster([]), "index");
redisHints(new Redis5(), "index");
redisHints(new Cluster5([]), "index");
redisHints(createClient(), "index");
redisHints(createCluster({ rootNodes: [] }), "index");
redisHints(createClient4(), "index");

// The body's type follows `as`.
export const bytes: VersionedLoader<number> = fromRedis(createClient(), {
  key: "a",
  as: "bytes",
  parse: (body) => body.byteLength,
});
export const json: VersionedLoader<string[]> = fromRedis(createClient(), {
  key: "a",
  parse: (body: Record<string, number>) => Object.keys(body),
});
// @ts-expect-error bytes are no text
fromRedis(createClient(), { key: "a", as: "bytes", parse: (body: string) => body });
