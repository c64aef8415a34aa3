import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { postgresFleet, type PostgresClientLike } from "health-state/postgres";
import { redisFleet, type RedisClientLike } from "health-state/redis";
import { UsageError, type OpenStore, type StoreAddress } from "../io/io.ts";

/** How long a connection may take, and each call to the store, in ms. */
const CONNECT_MS = 5_000;
/** How long ioredis waits for a server that hangs to close the connection too, in ms. */
const DISCONNECT_MS = 100;

/**
 * Connects to a store with a client that is installed where the command is run, so that the command brings none.
 *
 * @throws UsageError where no client is installed
 */
export async function connectStore({ kind, url }: StoreAddress): Promise<OpenStore> {
  const { store, close } = await (kind === "redis" ? connectRedis(url) : connectPostgres(url));
  return {
    store: {
      beat: (group, beat) => inTime(store.beat(group, beat)),
      read: (group) => inTime(store.read(group)),
      write: (group, note) => inTime(store.write(group, note)),
    },
    close,
  };
}

/** Rejects if a call takes too long. A server that hangs takes a connection and says nothing. */
async function inTime<R>(call: PromiseLike<R>): Promise<R> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${CONNECT_MS / 1_000} s`)), CONNECT_MS);
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function connectRedis(url: string): Promise<OpenStore> {
  const ioredis = packageOf("ioredis");
  if (ioredis) {
    const Redis = constructorIn(ioredis, "Redis");
    const made = new Redis(url, {
      maxRetriesPerRequest: 0,
      connectTimeout: CONNECT_MS,
      disconnectTimeout: DISCONNECT_MS,
      retryStrategy: null,
    });
    // SAFETY: this is the class of the package ioredis.
    const client = made as RedisClientLike & { disconnect(): void };
    // A call may only say that the connection is closed. The event says why.
    let reason: unknown;
    client.on("error", (error) => (reason ??= error));
    const store = redisFleet(client);
    const explained = async <R>(call: PromiseLike<R>): Promise<R> => {
      try {
        return await call;
      } catch (error) {
        throw error instanceof Error && error.message === "Connection is closed." ? (reason ?? error) : error;
      }
    };
    return {
      store: {
        beat: (group, beat) => explained(store.beat(group, beat)),
        read: (group) => explained(store.read(group)),
        write: (group, note) => explained(store.write(group, note)),
      },
      close: () => Promise.resolve(client.disconnect()),
    };
  }
  const redis = packageOf("redis");
  if (!redis)
    throw new UsageError("--redis needs the package ioredis or redis in this folder. Install one: npm install ioredis");
  // SAFETY: this is the function of the package redis.
  const create = Reflect.get(redis, "createClient") as (options: object) => RedisClientLike & {
    connect(): Promise<unknown>;
    destroy(): void;
  };
  const client = create({ url, socket: { connectTimeout: CONNECT_MS, reconnectStrategy: false } });
  client.on("error", () => {});
  try {
    await inTime(client.connect());
  } catch (error) {
    client.destroy();
    throw error;
  }
  return { store: redisFleet(client), close: () => Promise.resolve(client.destroy()) };
}

function connectPostgres(url: string): OpenStore {
  const pg = packageOf("pg");
  if (pg) {
    const Pool = constructorIn(pg, "Pool");
    const made = new Pool({
      connectionString: url,
      max: 1,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: CONNECT_MS,
    });
    // SAFETY: this is the class of the package pg.
    const pool = made as PostgresClientLike & { end(): Promise<void> };
    return { store: postgresFleet(pool), close: () => pool.end() };
  }
  const postgres = packageOf("postgres");
  if (!postgres)
    throw new UsageError("--postgres needs the package pg or postgres in this folder. Install one: npm install pg");
  // SAFETY: this is the function of the package postgres.
  const open = (Reflect.get(postgres, "default") ?? postgres) as (
    url: string,
    options: object,
  ) => PostgresClientLike & {
    end(options: { timeout: number }): Promise<void>;
  };
  const sql = open(url, { max: 1, connect_timeout: CONNECT_MS / 1_000, fetch_types: false });
  return { store: postgresFleet(sql), close: () => sql.end({ timeout: 1 }) };
}

/** A package of the folder in which the command is run, or of the command's own; `undefined` where there is none. */
function packageOf(name: string): object | undefined {
  for (const from of [pathToFileURL(join(process.cwd(), "package.json")).href, import.meta.url]) {
    try {
      const found: unknown = createRequire(from)(name);
      if ((typeof found === "object" && found !== null) || typeof found === "function") return found;
    } catch {
      // It is not installed there.
    }
  }
  return undefined;
}

function constructorIn(from: object, name: string): new (...args: unknown[]) => unknown {
  const direct: unknown = Reflect.get(from, name);
  const found: unknown = direct ?? Reflect.get(Object(Reflect.get(from, "default")), name);
  if (typeof found !== "function") throw new UsageError(`the installed client has no ${name}`);
  // SAFETY: only classes of known packages are asked for.
  return found as new (...args: unknown[]) => unknown;
}
