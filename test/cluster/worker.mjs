// Several processes of one service. Each prints the port on which it alone can be asked, as JSON.
//   node worker.mjs <answer> <how many>                  node:cluster: the primary answers too
//   node worker.mjs <answer> <shared port> <folder>      one of several that meet in a folder and share a port
// With `loaded` as a fourth argument it has its data at once. It prints its first answer to a startup probe too, which
// it gives before it can have heard of the others.
import cluster from "node:cluster";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { createHealth } from "../../dist/src/index.js";
import { probes } from "../../dist/adapters/node.js";
import { probes as fetchProbes } from "../../dist/adapters/bun.js";
import { workers } from "../../dist/src/cluster/index.js";
import { probeThread } from "../../dist/src/thread/index.js";

const [given, count, place, mode] = process.argv.slice(2);
const folder = place || undefined;
const answer = Number(given) || given;
const health = createHealth();
const group = workers(health, { answer, ...(folder && { folder }) });
const isPrimary = folder === undefined && cluster.isPrimary;

let isLoaded = () => {};
const loaded = new Promise((done) => (isLoaded = done));
const index = !isPrimary && health.resource("index", { load: () => loaded, refreshEvery: "1h" });
if (mode === "loaded") {
  isLoaded({});
  if (index) await index.get();
}
const first = group.fetch(new Request("http://127.0.0.1/status/startup")).status;

const DEEDS = {
  "/load": () => isLoaded({}),
  "/drain": () => health.drain(),
  "/fork": () => cluster.fork(),
  "/exit": () => setTimeout(() => process.exit(0), 20),
};
const server = createServer(
  probes(group, ({ url }, response) => {
    DEEDS[url]?.();
    // Blocks until the file is there.
    const file = url.startsWith("/block?") ? decodeURIComponent(url.slice("/block?".length)) : undefined;
    if (file)
      setTimeout(() => {
        while (!existsSync(file));
      }, 20);
    response.end("done");
  }),
);
const listening = new Promise((done) => server.listen({ port: 0, host: "127.0.0.1", exclusive: true }, done));
if (folder && globalThis.Bun)
  Bun.serve({ port: Number(count), hostname: "127.0.0.1", reusePort: true, fetch: fetchProbes(group) });
if (folder && globalThis.Deno)
  Deno.serve({ port: Number(count), hostname: "127.0.0.1", reusePort: true, onListen: () => {} }, fetchProbes(group));
await listening;
console.log(JSON.stringify({ pid: process.pid, port: server.address().port, isPrimary, first }));
if (isPrimary) for (let forked = 0; forked < Number(count); forked++) cluster.fork();
// The thread of the primary answers for the group too.
if (isPrimary) {
  const { port } = await probeThread(group, { port: 0, host: "127.0.0.1" }).listening;
  const first = (await fetch(`http://127.0.0.1:${port}/status/startup`)).status;
  console.log(JSON.stringify({ pid: process.pid, port, isPrimary, first }));
}
