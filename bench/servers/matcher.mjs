// The matcher of examples/matcher, with a database server, while its index is built anew, one way of five.
//   node matcher.mjs <way> <hashes> <look-ups a second> <builds>     prints its port, then its figures, as JSON
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { getRequestListener } from "@hono/node-server";
import { loaded } from "../../dist/src/index.js";
import { openPostgres } from "../../examples/matcher/dist/db/postgres.js";
import { buildIndex, newestBuild } from "../../examples/matcher/dist/index/load-index.js";
import { offThreadIndex } from "../../examples/matcher/dist/index/off-thread.js";
import { createMatcher } from "../../examples/matcher/dist/matcher.js";
import { generatedHash } from "../../examples/matcher/dist/seed/generated-hash.js";
import { parseSignal } from "../../examples/matcher/dist/signal/signal-type.js";
import { watchTurns } from "./turns.mjs";

const [way, ...numbers] = process.argv.slice(2);
const [count, perSecond, builds] = numbers.map(Number);
const database = openPostgres(process.env.DATABASE_URL, console.error);
const folder = mkdtempSync(join(tmpdir(), "matcher-bench-"));

async function atOnce() {
  const build = await newestBuild(database);
  return loaded(await buildIndex(database, build, () => Promise.resolve()), { revision: build.revision });
}
const LOADERS = { main: atOnce, thread: offThreadIndex(), stored: offThreadIndex() };
const { app, index } = createMatcher({
  database,
  roles: { matcher: true, curator: false },
  refreshEvery: "1h",
  loadNewest: LOADERS[way],
  storePath: way === "stored" ? join(folder, "index.lkg") : undefined,
});
const server = createServer(getRequestListener(app.fetch));
await new Promise((done) => server.listen(0, "127.0.0.1", done));
await index.get();

const signals = Array.from({ length: 5_000 }, (_, at) => parseSignal("pdq", generatedHash((at * 4_999) % count)));
let found = 0;
let lookups = 0;
let owed = performance.now();
const turns = watchTurns();
/** As requests come: a few at a turn, and those that had to wait as soon as others had their turn. */
function lookUp() {
  turns.turn();
  const held = index.peek();
  for (let few = 0; few < 4 && owed < performance.now(); few++, owed += 1_000 / perSecond, lookups++)
    if (held.lookup(signals[lookups % signals.length]).length > 0) found++;
  if (owed < performance.now()) setImmediate(lookUp);
  else setTimeout(lookUp, 1);
}
lookUp();
// The compiler has its turn before anything is measured.
await new Promise((go) => setTimeout(go, 3_000));
console.log(server.address().port);

let rss = 0;
const watching = setInterval(() => (rss = Math.max(rss, process.memoryUsage.rss())), 20);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
await new Promise((go) => setTimeout(go, 200));
turns.begin();
const began = performance.now();
const lookupsBefore = lookups;
for (let build = 0; build < builds; build++) {
  if (way === "none") await new Promise((go) => setTimeout(go, 2_000));
  else {
    await database.query(
      "update index_build set completed_at = now() where id = (select min(id) from index_build where completed_at is null)",
    );
    turns.mark("reload");
    await index.reload();
    turns.mark("reloaded");
    // The store writes, and others have their turn between two builds.
    await new Promise((go) => setTimeout(go, 500));
  }
}
const tookMs = performance.now() - began;
delay.disable();
clearInterval(watching);
rmSync(folder, { recursive: true });
console.log(
  JSON.stringify({
    stallMs: delay.max / 1e6,
    ...turns.end(),
    buildMs: tookMs / builds - (way === "none" ? 0 : 500),
    lookups: Math.round((lookups - lookupsBefore) / (tookMs / 1_000)),
    found,
    generation: index.snapshot().generation,
    rssMB: Math.round(rss / 1e6),
  }),
);
