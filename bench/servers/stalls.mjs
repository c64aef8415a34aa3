// A service that looks keys up 2,000 times a second while it builds its value three times, one way of five.
import { createServer } from "node:http";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Worker } from "node:worker_threads";
import { createHealth } from "../../dist/src/index.js";
import { probes } from "../../dist/adapters/node.js";
import { offThread } from "../../dist/src/thread/index.js";
import { entriesOf, keyOf, prices } from "./stalls-build.mjs";
import { watchTurns } from "./turns.mjs";

const [way, given] = process.argv.slice(2);
const count = Number(given);
const BUILDS = 3;
process.env.ENTRIES = given;
const module = new URL("./stalls-build.mjs", import.meta.url);
const inWorker = () =>
  new Promise((done, failed) => {
    const worker = new Worker(module, { workerData: way });
    worker.once("message", (value) => {
      done(value);
      void worker.terminate();
    });
    worker.once("error", failed);
  });

const WAYS = {
  none: () => new Map(),
  main: () => new Map(entriesOf(count)),
  async sliced() {
    const map = new Map();
    let until = performance.now() + 15;
    for (const [key, value] of entriesOf(count)) {
      map.set(key, value);
      if (performance.now() < until) continue;
      await new Promise((go) => setTimeout(go, 0));
      until = performance.now() + 15;
    }
    return map;
  },
  "worker-map": inWorker,
  "worker-bytes": async () => prices.view(await inWorker()),
  "off-thread": offThread(module, { view: prices.view }),
};

const health = createHealth();
const index = health.resource("index", {
  load: WAYS[way],
  refreshEvery: "1h",
  timeout: "1h",
  disposeAfter: 0,
  dispose: () => {},
});
const server = createServer(probes(health));
await new Promise((done) => server.listen(0, "127.0.0.1", done));
// The first value is there before anything is measured.
await index.get();
console.log(server.address().port);
await new Promise((go) => setTimeout(go, 1_000));

let lookups = 0;
let found = 0;
let owed = performance.now();
const turns = watchTurns();
const looking = setInterval(() => {
  turns.turn();
  const map = index.peek();
  for (; owed < performance.now(); owed += 0.5, lookups++)
    if (map.has(keyOf(Math.floor(Math.random() * count)))) found++;
}, 1);
let heap = 0;
let rss = 0;
const watching = setInterval(() => {
  const usage = process.memoryUsage();
  heap = Math.max(heap, usage.heapUsed);
  rss = Math.max(rss, usage.rss);
}, 10);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
// It measures from its own first turn on.
await new Promise((go) => setTimeout(go, 200));
turns.begin();
const began = performance.now();
for (let build = 0; build < BUILDS; build++) {
  if (way === "none") await new Promise((go) => setTimeout(go, 2_000));
  else {
    await index.reload();
    // Others have their turn between two builds.
    await new Promise((go) => setTimeout(go, 100));
  }
}
const tookMs = performance.now() - began;
await new Promise((go) => setTimeout(go, 500));
delay.disable();
clearInterval(looking);
clearInterval(watching);
console.log(
  JSON.stringify({
    stallMs: delay.max / 1e6,
    ...turns.end(),
    buildMs: tookMs / BUILDS,
    lookups: Math.round(lookups / (tookMs / 1_000)),
    found,
    heapMB: Math.round(heap / 1e6),
    rssMB: Math.round(rss / 1e6),
  }),
);
