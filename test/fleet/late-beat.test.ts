import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { fleetSchema } from "../../src/source/postgres/index.ts";
import { postgresBinaries, startCluster } from "../source/kit/cluster.ts";
import { missingPackages } from "../source/kit/packages.ts";
import { SERVER_KINDS } from "../source/kit/postgres-client.ts";
import { DEEP, until } from "../source/kit/process.ts";
import { redisProgram, startRedis } from "../source/kit/redis-server.ts";
import { startReplica, type ReplicaProcess } from "./replicas.ts";

const BEAT_MS = 500;
/** So long that no leave ends while the test looks. */
const TTL_MS = 12 * BEAT_MS;
const PATIENCE_MS = 60_000;

const built = existsSync(new URL("../../dist/src/fleet/index.js", import.meta.url));
const binaries = postgresBinaries();
const why = missingPackages ?? (built ? undefined : "dist is not built: run npm run build");
const noRedis = why ?? (redisProgram ? undefined : "redis-server is not installed");
const noPostgres = why ?? (binaries === undefined ? "PostgreSQL is not installed" : undefined);
for (const reason of new Set([noRedis, noPostgres])) if (reason) console.log(`skipped with late beats: ${reason}`);
const deepOnly = DEEP ? undefined : "it is tried with DEEP=1";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A proxy that holds one request back and delivers it after later ones. */
interface LateProxy {
  readonly port: number;
  /** Holds the next request back, and cuts its client off. Settles when there is one. */
  holdNext(): Promise<void>;
  /** From now on nothing passes but what was held back. */
  block(): void;
  /** Delivers what was held back. Settles when the server has answered it. */
  deliver(): Promise<void>;
  /** How many answers have passed. */
  readonly answers: () => number;
}

async function startLateProxy(target: number): Promise<LateProxy> {
  const sockets = new Set<Socket>();
  let take: (() => void) | undefined;
  let held: { readonly far: Socket; readonly chunk: Buffer } | undefined;
  let isBlocked = false;
  let answers = 0;
  const server = createServer((near) => {
    const far = createConnection(target, "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
    }
    /** Whether it has answered, so that what comes next is no handshake. */
    let hasBegun = false;
    near.on("data", (chunk) => {
      // A beat is longer than anything else that a client sends.
      if (take && hasBegun && chunk.length > 300) {
        held = { far, chunk };
        take();
        take = undefined;
        near.destroy();
      } else if (!isBlocked) far.write(chunk);
    });
    near.on("close", () => void (held?.far === far || far.destroy()));
    far.on("data", (chunk) => {
      hasBegun = true;
      answers++;
      if (near.writable) near.write(chunk);
    });
    far.on("close", () => near.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    holdNext: () => new Promise((resolve) => (take = resolve)),
    block: () => void (isBlocked = true),
    async deliver() {
      if (!held) return expect.fail("nothing was held back");
      const answered = once(held.far, "data");
      held.far.write(held.chunk);
      await answered;
    },
    answers: () => answers,
  };
}

/** Starts a server, and gives its port. */
async function openRedis(): Promise<number> {
  const server = await startRedis();
  ends.push(() => server.remove());
  return server.port;
}

async function openPostgres(): Promise<number> {
  const cluster = await startCluster(binaries ?? "");
  ends.push(() => cluster.remove());
  const opened = await SERVER_KINDS[0]?.open(cluster.url);
  await opened?.run(fleetSchema);
  await opened?.close();
  return cluster.port;
}

describe.each([
  { client: "ioredis", missing: noRedis, open: openRedis },
  { client: "redis", missing: noRedis ?? deepOnly, open: openRedis },
  { client: "pg", missing: noPostgres, open: openPostgres },
  { client: "postgres.js", missing: noPostgres ?? deepOnly, open: openPostgres },
])("a beat that comes after a later one, with $client (FLEET 1)", ({ client, missing, open }) => {
  test.skipIf(missing !== undefined)(
    "does not give back the leave that the later one got, so no other replica leaves",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "health-state-late-"));
      ends.push(() => rmSync(folder, { recursive: true, force: true }));
      const target = await open();
      const start = async (
        name: string,
      ): Promise<{ readonly replica: ReplicaProcess; readonly proxy: LateProxy; readonly source: string }> => {
        const source = join(folder, name);
        writeFileSync(source, "up");
        const proxy = await startLateProxy(target);
        const replica = await startReplica({
          replica: name,
          client,
          port: proxy.port,
          url: `postgres://tester@127.0.0.1:${proxy.port}/postgres`,
          source,
          limits: { refreshEvery: "500ms", staleAfter: "2s", refuseAfter: "2s" },
          options: { leave: 1, beat: BEAT_MS, ttl: TTL_MS, within: BEAT_MS - 50 },
        });
        ends.push(() => replica.end());
        return { replica, proxy, source };
      };
      const [late, other, third] = [await start("late"), await start("other"), await start("third")];
      const isTold = ({ replica }: typeof late, type: string): boolean => replica.told.some((one) => one.type === type);
      const words = (): Promise<readonly string[]> =>
        Promise.all([late, other, third].map(({ replica }) => replica.ready()));
      const ready = "200 I-AM-ALIVE";
      await until("all are ready", async () => (await words()).every((word) => word === ready), PATIENCE_MS);

      // A beat of a replica that is in is on its way for long.
      await late.proxy.holdNext();
      rmSync(late.source);
      await until("the replica leaves", () => isTold(late, "left"), PATIENCE_MS);
      rmSync(other.source);
      await until("the other one is held in", () => isTold(other, "held-in"), PATIENCE_MS);
      late.proxy.block();
      await late.proxy.deliver();
      // The other one asks again, and is answered.
      const before = other.proxy.answers();
      await until("the other one has asked again", () => other.proxy.answers() >= before + 3, PATIENCE_MS);
      expect(await words()).toEqual(["503 INDEX-STALE", ready, ready]);
      expect(isTold(other, "left")).toBe(false);
    },
    300_000,
  );
});
