import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { missingPackages } from "../source/kit/packages.ts";
import { DEEP, findProgram, freePort, pause, until } from "../source/kit/process.ts";
import { redisProgram, startRedis } from "../source/kit/redis-server.ts";
import { ask, startReplica, type ReplicaOptions, type ReplicaProcess } from "./replicas.ts";

const COUNT = 10;
const RESTARTS = DEEP ? COUNT : 2;
const STEADY_MS = DEEP ? 180_000 : 5_000;

const haproxy = findProgram("haproxy");
const built = existsSync(new URL("../../dist/src/fleet/index.js", import.meta.url));
const missing =
  missingPackages ??
  (haproxy ? undefined : "haproxy is not installed") ??
  (redisProgram ? undefined : "redis-server is not installed") ??
  (built ? undefined : "dist is not built: run npm run build");
if (missing !== undefined) console.log(`skipped behind HAProxy: ${missing}`);

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** HAProxy in front of the ports, with the probe that the library recommends for it. */
async function startHaproxy(ports: readonly number[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "health-state-haproxy-"));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  const port = await freePort();
  const config = `
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout check 5s
  retries 3
  option redispatch
frontend front
  bind 127.0.0.1:${port}
  default_backend replicas
backend replicas
  balance roundrobin
  option httpchk
  http-check send meth GET uri /status
  http-check expect status 200
${ports.map((one, at) => `  server r${at} 127.0.0.1:${one} check inter 300ms fall 2 rise 1`).join("\n")}
`;
  writeFileSync(join(folder, "haproxy.cfg"), config);
  const child: ChildProcess = spawn(haproxy ?? "", ["-db", "-f", join(folder, "haproxy.cfg")], { stdio: "ignore" });
  ends.push(async () => {
    if (child.exitCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  });
  await until("HAProxy answers", async () => !(await ask(port, "/data")).startsWith("0"));
  return port;
}

/** A steady load, and what it was answered other than with data. */
function startLoad(port: number): {
  readonly refused: Record<string, number>;
  readonly count: () => number;
  end(): Promise<void>;
} {
  const refused: Record<string, number> = {};
  let count = 0;
  let isOver = false;
  const one = async (): Promise<void> => {
    while (!isOver) {
      const answer = await ask(port, "/data");
      count++;
      if (!answer.startsWith("200 ")) refused[answer] = (refused[answer] ?? 0) + 1;
      await pause(20);
    }
  };
  const all = Promise.all([one(), one(), one(), one()]);
  return {
    refused,
    count: () => count,
    async end() {
      isOver = true;
      await all;
    },
  };
}

async function startAll(options: Partial<ReplicaOptions>): Promise<{
  readonly replicas: ReplicaProcess[];
  readonly source: string;
  start(at: number, listen?: number): Promise<ReplicaProcess>;
}> {
  const folder = mkdtempSync(join(tmpdir(), "health-state-fleet-"));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  const source = join(folder, "source");
  writeFileSync(source, "up");
  const replicas: ReplicaProcess[] = [];
  ends.push(() => Promise.all(replicas.map((replica) => replica.end())));
  const limits = { refreshEvery: "1s", staleAfter: "4s", refuseAfter: "4s" };
  const start = (at: number, listen?: number): Promise<ReplicaProcess> =>
    startReplica({
      replica: `r${at}`,
      source,
      limits,
      folder,
      delay: "4s",
      ...options,
      ...(listen !== undefined && { listen }),
    });
  for (let at = 0; at < COUNT; at++) replicas.push(await start(at));
  await until("everybody is ready", async () => {
    const words = await Promise.all(replicas.map((replica) => replica.ready()));
    return words.every((word) => word === "200 I-AM-ALIVE");
  });
  return { replicas, source, start };
}

test.skipIf(missing !== undefined)(
  "without a fleet, HAProxy has no server left once the source has been dead for refuseAfter",
  async () => {
    const { replicas, source } = await startAll({});
    const port = await startHaproxy(replicas.map((replica) => replica.port));
    expect(await ask(port, "/data")).toMatch(/^200 r\d$/);
    rmSync(source);
    await until("HAProxy refuses", async () => (await ask(port, "/data")).startsWith("503"), 60_000);
    const words = await Promise.all(replicas.map((replica) => replica.ready()));
    expect(words).toEqual(replicas.map(() => "503 INDEX-STALE"));
  },
  300_000,
);

test.skipIf(missing !== undefined)(
  `with a fleet not one request of a steady load is refused, through ${RESTARTS} restarts`,
  async () => {
    const redis = await startRedis();
    ends.push(() => redis.remove());
    const options = { beat: "1s", within: "600ms", ttl: "4s", leave: "20%" };
    const { replicas, source, start } = await startAll({ client: "ioredis", port: redis.port, options });
    const port = await startHaproxy(replicas.map((replica) => replica.port));
    const load = startLoad(port);
    rmSync(source);
    const words = async (): Promise<readonly string[]> => Promise.all(replicas.map((replica) => replica.ready()));
    await until(
      "two have left",
      async () => (await words()).filter((word) => word === "503 INDEX-STALE").length === 2,
      60_000,
    );
    await pause(STEADY_MS);
    for (let at = 0; at < RESTARTS; at++) {
      const old = replicas[at];
      if (!old) continue;
      const gone = once(old.child, "exit");
      old.child.kill("SIGTERM");
      await gone;
      replicas[at] = await start(at, old.port);
      await until(`r${at} has its value again`, async () => (await ask(old.port, "/data")) === `200 r${at}`);
    }
    await pause(STEADY_MS);
    await load.end();
    expect(load.refused).toEqual({});
    expect(load.count()).toBeGreaterThan(100);
    // The source was dead all the time: nobody has become fresh.
    expect((await words()).filter((word) => word === "200 I-AM-ALIVE").length).toBeGreaterThan(0);
    for (const replica of replicas) replica.child.kill("SIGKILL");
  },
  900_000,
);
