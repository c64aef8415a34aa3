import { memoryFleet, type FleetStore } from "../../src/fleet/index.ts";
import type { Clock } from "../../src/index.ts";
import { fleetSchema, postgresFleet } from "../../src/source/postgres/index.ts";
import { redisFleet } from "../../src/source/redis/index.ts";
import { postgresBinaries, startCluster, type Cluster } from "../source/kit/cluster.ts";
import { missingPackages } from "../source/kit/packages.ts";
import { PGLITE, SERVER_KINDS } from "../source/kit/postgres-client.ts";
import { REDIS_KINDS } from "../source/kit/redis-client.ts";
import { redisProgram, startRedis, type RedisServer } from "../source/kit/redis-server.ts";
import { detourInProcess, detourOverTcp, type Detour } from "./detour.ts";

/** A store with what the test does to it. */
export interface TestStore {
  readonly store: FleetStore;
  /** Lets the store's time pass, or jump back: what it holds is set back or forth, so that no test waits. */
  pass(ms: number): Promise<void>;
  /** Empties it, as FLUSHALL or a crash does. */
  flush(): Promise<void>;
  /** A second way to the same store, on which requests can be held back. */
  detour(): Promise<Detour>;
  close(): Promise<void>;
}

/** A kind of store. */
export interface StoreKind {
  readonly name: string;
  /** Why it cannot be had here, if so. */
  readonly missing: string | undefined;
  open(): Promise<TestStore>;
}

let redis: RedisServer | undefined;
let postgres: Cluster | undefined;

/** Ends the servers that were started. */
export async function endServers(): Promise<void> {
  await redis?.remove();
  await postgres?.remove();
}

const noRedis = missingPackages ?? (redisProgram ? undefined : "redis-server is not installed");
const binaries = postgresBinaries();
const noPostgres = missingPackages ?? (binaries === undefined ? "PostgreSQL is not installed" : undefined);

/** Sets every instant back that a group holds in Redis. */
const SET_BACK = `for _, key in ipairs(redis.call("KEYS", "*")) do
  if key:match(":meta$") then redis.call("HINCRBY", key, "born", ARGV[1])
  elseif key:match(":seen$") or key:match(":leave$") or key:match(":wait:") or key:match(":until:") or key:match(":load:") then
    for _, one in ipairs(redis.call("ZRANGE", key, 0, -1)) do redis.call("ZINCRBY", key, ARGV[1], one) end
  end
end`;

/** Every store that the library has, on every client. */
export const STORE_KINDS: readonly StoreKind[] = [
  {
    name: "memoryFleet()",
    missing: undefined,
    async open() {
      let nowMs = 0;
      const now = (): number => nowMs;
      const clock: Clock = { monotonic: now, wall: now, random: () => 0.5, setTimer: () => () => {} };
      const made = { store: memoryFleet({ clock }) };
      const store: FleetStore = {
        beat: (group, beat) => made.store.beat(group, beat),
        read: (group) => made.store.read(group),
        write: (group, note) => made.store.write(group, note),
      };
      return {
        store,
        pass: async (ms) => void (nowMs += ms),
        flush: async () => void (made.store = memoryFleet({ clock })),
        detour: async () => detourInProcess(store),
        close: async () => {},
      };
    },
  },
  ...REDIS_KINDS.map((kind): StoreKind => ({
    name: `redisFleet() with ${kind.name}`,
    missing: noRedis,
    async open() {
      redis ??= await startRedis();
      const opened = await kind.open(redis.port);
      await opened.send("FLUSHALL");
      return {
        store: redisFleet(opened.client),
        pass: async (ms) => void (await opened.send("EVAL", SET_BACK, "0", String(-ms))),
        flush: async () => void (await opened.send("FLUSHALL")),
        detour: () =>
          detourOverTcp(redis?.port ?? 0, async (port) => {
            const far = await kind.open(port);
            return { store: redisFleet(far.client), close: async () => far.close() };
          }),
        close: async () => opened.close(),
      };
    },
  })),
  ...SERVER_KINDS.map((kind): StoreKind => ({
    name: `postgresFleet() with ${kind.name}`,
    missing: noPostgres,
    async open() {
      postgres ??= await startCluster(binaries ?? "");
      const opened = await kind.open(postgres.url);
      return postgresStore(opened, () =>
        detourOverTcp(postgres?.port ?? 0, async (port) => {
          const far = await kind.open(`postgres://tester@127.0.0.1:${port}/postgres`, { max: 1 });
          return { store: postgresFleet(far.client), close: () => far.close() };
        }),
      );
    },
  })),
  {
    name: "postgresFleet() with PGlite",
    missing: missingPackages,
    async open() {
      const opened = await PGLITE.open("");
      return postgresStore(opened, async () => detourInProcess(postgresFleet(opened.client)));
    },
  },
];

async function postgresStore(
  opened: Awaited<ReturnType<typeof PGLITE.open>>,
  detour: TestStore["detour"],
): Promise<TestStore> {
  const flush = async (): Promise<void> => {
    for (const table of ["group", "member", "turn", "note"]) await opened.run(`TRUNCATE health_state_fleet_${table}`);
  };
  const pass = async (ms: number): Promise<void> => {
    await opened.run(`UPDATE health_state_fleet_group SET born_ms = born_ms - ${ms}`);
    await opened.run(
      `UPDATE health_state_fleet_member SET until_ms = until_ms - ${ms}, leave_until_ms = leave_until_ms - ${ms}`,
    );
    await opened.run(`UPDATE health_state_fleet_turn SET until_ms = until_ms - ${ms}, rank = rank - ${ms}`);
  };
  await opened.run(fleetSchema);
  await flush();
  return { store: postgresFleet(opened.client), pass, flush, detour, close: () => opened.close() };
}
