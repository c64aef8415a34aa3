import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { fleetSchema } from "../../src/source/postgres/index.ts";
import { postgresBinaries, startCluster } from "../source/kit/cluster.ts";
import { missingPackages } from "../source/kit/packages.ts";
import { SERVER_KINDS } from "../source/kit/postgres-client.ts";
import { DEEP, pause, until } from "../source/kit/process.ts";
import { REDIS_KINDS } from "../source/kit/redis-client.ts";
import { redisProgram, startRedis, type RedisServer } from "../source/kit/redis-server.ts";
import { chanceOf } from "./chance.ts";
import { mostAtOnce, startReplica, type ReplicaProcess } from "./replicas.ts";

const COUNT = Number(process.env["REPLICAS"] ?? (DEEP ? 50 : 6));
const LEAVE = Math.max(1, Math.floor(COUNT / 5));
const LOADS = 2;
const BEAT_MS = DEEP ? 2_000 : 500;
/** Nothing of it is a measure of speed: what is waited for comes at last, also on a busy machine. */
const PATIENCE_MS = DEEP ? 240_000 : 60_000;

const built = existsSync(new URL("../../dist/src/fleet/index.js", import.meta.url));
const binaries = postgresBinaries();
const why = missingPackages ?? (built ? undefined : "dist is not built: run npm run build");
const noRedis = why ?? (redisProgram ? undefined : "redis-server is not installed");
const noPostgres = why ?? (binaries === undefined ? "PostgreSQL is not installed" : undefined);
for (const reason of new Set([noRedis, noPostgres])) if (reason) console.log(`skipped with real processes: ${reason}`);

/** A store as the test breaks it. */
interface RealStore {
  readonly client: string;
  readonly port: number;
  readonly url?: string;
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
  start(): Promise<void>;
  flush(): Promise<void>;
  /** Another server takes its place, which has not seen the latest writes. */
  failover(): Promise<void>;
  /** The same server comes back with what it held a while ago. */
  goBack(): Promise<void>;
  readonly target: Target;
}

/** What the proxy in front of a store does. */
interface Target {
  port: number;
  /** Everything comes so much later, in both directions. */
  delayMs: number;
  /** The share of requests whose connection is cut, and which arrive all the same, so much later. */
  lateShare: number;
  lateMs: number;
}

/** What is to be ended after the test, the last first. */
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const targetOf = (port: number): Target => ({ port, delayMs: 0, lateShare: 0, lateMs: 0 });

/** A proxy on loopback: slow or late if it is told to, and it can change the server behind it. */
async function startProxy(target: Target): Promise<{ readonly port: number; cut(): void }> {
  const sockets = new Set<Socket>();
  const chance = chanceOf(5);
  /** Connections whose client is gone, and whose last request is still on its way. */
  const late = new Set<Socket>();
  const pipe = (from: Socket, to: Socket, isRequest: boolean): void => {
    from.on("data", (chunk) => {
      if (isRequest && chance() < target.lateShare) {
        late.add(to);
        from.destroy();
        setTimeout(() => to.end(chunk), target.lateMs);
      } else if (target.delayMs === 0) to.write(chunk);
      else setTimeout(() => to.writable && to.write(chunk), target.delayMs);
    });
    from.on("close", () => void (late.has(to) || to.destroy()));
    from.on("error", () => void (late.has(to) || to.destroy()));
  };
  const server: Server = createServer((near) => {
    const far = createConnection(target.port, "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    }
    pipe(near, far, true);
    pipe(far, near, false);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  ends.push(() => {
    cut();
    server.close();
  });
  const address = server.address();
  return { port: typeof address === "object" && address ? address.port : 0, cut };
}

async function openRedis(client: string): Promise<RealStore> {
  const server = await startRedis();
  ends.push(() => server.remove());
  const target = targetOf(server.port);
  const proxy = await startProxy(target);
  const kind = REDIS_KINDS[0];
  const command = async (of: RedisServer, ...words: string[]): Promise<void> => {
    const opened = await kind?.open(of.port);
    await opened?.send(...words);
    opened?.close();
  };
  return {
    client,
    port: proxy.port,
    target,
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
    stop: () => server.stop(),
    start: () => server.start(),
    flush: () => command(server, "FLUSHALL"),
    async goBack() {
      await command(server, "SAVE");
      // What is written from here on is lost.
      await pause(2 * BEAT_MS);
      await server.stop();
      await server.start();
    },
    async failover() {
      const other = await startRedis();
      ends.push(() => other.remove());
      await command(other, "REPLICAOF", "127.0.0.1", String(server.port));
      await until("the copy is there", async () => {
        const opened = await kind?.open(other.port);
        const info = String(await opened?.send("INFO", "replication"));
        opened?.close();
        return /master_link_status:up/.test(info);
      });
      await command(other, "REPLICAOF", "NO", "ONE");
      // What is written from here on is lost.
      await pause(2 * BEAT_MS);
      target.port = other.port;
      proxy.cut();
    },
  };
}

async function openPostgres(client: string): Promise<RealStore> {
  const cluster = await startCluster(binaries ?? "");
  ends.push(() => cluster.remove());
  const target = targetOf(cluster.port);
  const proxy = await startProxy(target);
  const run = async (text: string): Promise<void> => {
    const opened = await SERVER_KINDS[0]?.open(cluster.url);
    await opened?.run(text);
    await opened?.close();
  };
  await run(fleetSchema);
  return {
    client,
    target,
    port: proxy.port,
    url: `postgres://tester@127.0.0.1:${proxy.port}/postgres`,
    freeze: () => cluster.freeze(),
    thaw: () => cluster.thaw(),
    // A crash empties unlogged tables.
    stop: () => cluster.stop("SIGQUIT"),
    start: () => cluster.start(),
    flush: () => run("TRUNCATE health_state_fleet_member, health_state_fleet_group, health_state_fleet_turn"),
    async failover() {
      const standby = await startCluster(binaries ?? "", cluster);
      ends.push(() => standby.remove());
      await pause(2 * BEAT_MS);
      await cluster.stop("SIGQUIT");
      const opened = await SERVER_KINDS[0]?.open(standby.url);
      // Unlogged tables are not copied, so that the new primary knows no group.
      expect(await opened?.run("SELECT pg_promote() AS promoted")).toEqual([{ promoted: true }]);
      await opened?.close();
      target.port = standby.port;
      proxy.cut();
    },
    async goBack() {
      await cluster.keep();
      // What is written from here on is lost.
      await pause(2 * BEAT_MS);
      await cluster.putBack();
    },
  };
}

describe.each([
  { client: "ioredis", missing: noRedis, open: openRedis },
  { client: "redis", missing: noRedis ?? (DEEP ? undefined : "it is tried with DEEP=1"), open: openRedis },
  { client: "pg", missing: noPostgres, open: openPostgres },
  { client: "postgres.js", missing: noPostgres ?? (DEEP ? undefined : "it is tried with DEEP=1"), open: openPostgres },
])(`${COUNT} processes on a real store, with $client (FLEET 5)`, ({ client, missing, open }) => {
  test.skipIf(missing !== undefined)(
    "never more than the budget is out, one always stays in, and nobody is out because of the store",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "health-state-fleet-"));
      ends.push(() => rmSync(folder, { recursive: true, force: true }));
      const source = join(folder, "source");
      writeFileSync(source, "up");
      const store = await open(client);
      const replicas: ReplicaProcess[] = [];
      ends.push(() => Promise.all(replicas.map((replica) => replica.end())));
      const frozen = new Set<ReplicaProcess>();
      for (let at = 0; at < COUNT; at++)
        replicas.push(
          await startReplica({
            replica: `r${at}`,
            client,
            port: store.port,
            ...(store.url && { url: store.url }),
            source,
            limits: {
              refreshEvery: 20 * COUNT + 1_000,
              staleAfter: 100 * COUNT + 3_000,
              refuseAfter: 100 * COUNT + 3_000,
            },
            options: { leave: LEAVE, loads: LOADS, beat: BEAT_MS, ttl: 4 * BEAT_MS, within: Math.floor(BEAT_MS * 0.6) },
          }),
        );

      const faults: string[] = [];
      let outBefore: readonly string[] = [];
      let last: Record<string, number> = {};
      /** Looks at everybody. A replica counts as out if it was so in two looks, because a look takes its time. */
      const look = async (): Promise<Record<string, number>> => {
        const words = await Promise.all(
          replicas.filter((one) => !frozen.has(one)).map(async (one) => [one.name, await one.ready()] as const),
        );
        const out = words.filter(([, word]) => word === "503 INDEX-STALE").map(([name]) => name);
        const both = out.filter((name) => outBefore.includes(name));
        if (both.length > LEAVE) faults.push(`out at once: ${both.join(" ")}`);
        outBefore = out;
        last = {};
        for (const [, word] of words) last[word] = (last[word] ?? 0) + 1;
        return last;
      };
      const ready = (): number => last["200 I-AM-ALIVE"] ?? 0;
      const out = (): number => last["503 INDEX-STALE"] ?? 0;
      const see = async (what: string, isSo: () => boolean): Promise<void> => {
        try {
          await until(`${client}: ${what}`, async () => (await look(), isSo()), PATIENCE_MS);
        } catch (cause) {
          const said = replicas.map(({ told }) => told.filter(({ type }) => type.startsWith("store-")).at(-1));
          const gone = said.filter((one) => one?.type === "store-gone");
          throw new Error(`${JSON.stringify({ last, gone: gone.length, why: gone[0], faults })}`, { cause });
        }
      };
      /** Looks for a while. */
      const watch = async (beats: number): Promise<void> => {
        for (const end = Date.now() + beats * BEAT_MS; Date.now() < end; await pause(50)) await look();
      };

      await see("everybody is ready", () => ready() === COUNT);
      rmSync(source);
      await see("the budget has left", () => out() === LEAVE && ready() === COUNT - LEAVE);
      await watch(4);
      store.freeze();
      await see("the store is frozen, and all come in", () => ready() === COUNT);
      store.thaw();
      await see("it is thawed, and the budget leaves", () => out() === LEAVE);
      await store.stop();
      await see("the store is killed, and all come in", () => ready() === COUNT);
      await store.start();
      await see("it is there again, and the budget leaves", () => out() === LEAVE);
      await store.flush();
      await watch(6);
      store.target.delayMs = BEAT_MS;
      await see("the network is slow, and all come in", () => ready() === COUNT);
      store.target.delayMs = 0;
      await see("the network is well, and the budget leaves", () => out() === LEAVE);
      store.target.lateMs = 2 * BEAT_MS;
      store.target.lateShare = 0.25;
      await watch(16);
      store.target.lateShare = 0;
      await see("requests come in order again, and the budget is out", () => out() === LEAVE);
      for (const lose of [() => store.goBack(), () => store.failover()]) {
        expect(faults).toEqual([]);
        await lose();
        await watch(4);
        // For the beat after that the budget may be exceeded.
        faults.length = 0;
        await see("after writes were lost the budget is out", () => out() === LEAVE);
        await watch(4);
      }
      for (const replica of replicas.slice(0, 2)) {
        frozen.add(replica);
        replica.child.kill("SIGSTOP");
      }
      await watch(8);
      for (const replica of frozen) replica.child.kill("SIGCONT");
      frozen.clear();
      await watch(4);
      const [dead] = replicas.splice(2, 1);
      await dead?.end();
      await watch(8);
      writeFileSync(source, "up");
      await see("the source is back, and everybody is fresh", () => ready() === COUNT - 1);
      expect(faults).toEqual([]);
      // Frozen replicas and those without a store are beside the limit; the first loads of all are not.
      expect(mostAtOnce(replicas)).toBeLessThanOrEqual(LOADS + 2);
      expect(replicas.every(({ told }) => told.some(({ type }) => type === "store-gone"))).toBe(true);
    },
    DEEP ? 3_600_000 : 300_000,
  );
});
