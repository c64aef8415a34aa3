// What a fleet of 1,000 replicas costs one Redis: node bench/fleet.mjs   (needs redis-server and tools/databases)
// It starts a server of its own, and prints beats a second, their latency, the server's CPU, and the memory of the group.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { redisFleet } from "../dist/src/source/redis/index.js";

const REPLICAS = 1_000;
const SECONDS = 10;
/** What 1,000 replicas send with the default beat. */
const BEATS_A_SECOND = 200;

const { Redis } = createRequire(new URL("../tools/databases/package.json", import.meta.url))("ioredis");
const probe = createServer().listen(0, "127.0.0.1");
await once(probe, "listening");
const { port } = probe.address();
probe.close();
await once(probe, "close");
const server = spawn("redis-server", [
  "--port",
  String(port),
  "--bind",
  "127.0.0.1",
  "--save",
  "",
  "--appendonly",
  "no",
]);
for await (const line of server.stdout) if (String(line).includes("Ready to accept")) break;

const redis = new Redis(port, "127.0.0.1");
const store = redisFleet(redis);
const resource = { name: "index", required: true, state: "STALE", age: 91_000, revision: "2026-11-28T12:00:00Z" };
const report = JSON.stringify({
  state: "STALE",
  heldIn: true,
  draining: false,
  wedged: false,
  resources: [resource, resource],
});
let serial = 0;
/** The dearest kind of beat: everybody asks, and somebody gives a turn back. */
const beat = (at) =>
  store.beat("bench", {
    replica: `replica-${at % REPLICAS}-0a1b2c3d`,
    serial: ++serial,
    ttlMs: 15_000,
    isClosed: false,
    knownForMs: 0,
    standing: "asks",
    isWedged: false,
    staleness: 1.4 + (at % REPLICAS) / 1e5,
    leaveLeftMs: 0,
    leave: { percent: 10 },
    turns: [{ resource: "index", wants: "none", first: false, staleInMs: 0, most: 2 }],
    notes: {},
    report,
  });
const cpuSeconds = async () => {
  const info = await redis.info("cpu");
  return Number(/used_cpu_sys:([\d.]+)/.exec(info)[1]) + Number(/used_cpu_user:([\d.]+)/.exec(info)[1]);
};

for (let at = 0; at < REPLICAS; at++) await beat(at);

const latencies = [];
const calls = [];
const before = await cpuSeconds();
const begin = performance.now();
for (let sent = 0; performance.now() - begin < SECONDS * 1_000;) {
  for (const due = ((performance.now() - begin) / 1_000) * BEATS_A_SECOND; sent < due; sent++) {
    const from = performance.now();
    calls.push(beat(sent).then(() => latencies.push(performance.now() - from)));
  }
  await new Promise((resolve) => setTimeout(resolve, 2));
}
await Promise.all(calls);
const cpu = ((await cpuSeconds()) - before) / SECONDS;
latencies.sort((one, other) => one - other);
const at = (share) => latencies[Math.floor(latencies.length * share)].toFixed(1);
console.log(
  `steady: ${BEATS_A_SECOND} beats/s, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, Redis ${(cpu * 100).toFixed(1)} % of a core`,
);

const from = performance.now();
const flat = await cpuSeconds();
await Promise.all(
  Array.from({ length: 20 }, async (_, worker) => {
    for (let one = 0; one < 500; one++) await beat(worker * 500 + one);
  }),
);
const took = (performance.now() - from) / 1_000;
const each = (((await cpuSeconds()) - flat) / 10_000) * 1e6;
console.log(`flat out: ${Math.round(10_000 / took)} beats/s, ${each.toFixed(0)} µs of Redis' CPU for each`);

let bytes = 0;
for (const key of await redis.keys("health-state:{bench}:*"))
  bytes += await redis.call("MEMORY", "USAGE", key, "SAMPLES", "0");
console.log(`memory of a group of ${REPLICAS}: ${(bytes / 1_024).toFixed(0)} KiB`);
redis.disconnect();
server.kill();
