// A server that drains on a signal, on whatever runtime this is: `drain.mjs <delay> <deadline>` in ms.
import { createServer } from "node:http";
import process from "node:process";
import * as bun from "../../../dist/adapters/bun.js";
import * as deno from "../../../dist/adapters/deno.js";
import * as node from "../../../dist/adapters/node.js";
import { createHealth } from "../../../dist/src/index.js";

const [delay, deadline] = process.argv.slice(2).map(Number);
const health = createHealth();
const index = health.resource("index", { load: () => ({}), refreshEvery: "30s" });
await index.get();

/** An answer that takes its time, as work does; on /hang for ever. */
const work = (url, answer) => {
  if (!url.endsWith("/hang")) setTimeout(() => answer(), 5);
};
const app = (request) => new Promise((resolve) => work(request.url, () => resolve(new Response("data"))));

if ("Bun" in globalThis) {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, idleTimeout: 60, fetch: bun.probes(health, app) });
  bun.drainOnSignal(server, health, { delay, deadline });
  console.log(`port ${server.port}`);
} else if ("Deno" in globalThis) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, deno.probes(health, app));
  void deno.drainOnSignal(server, health, { delay, deadline }).done.then(() => Deno.exit());
  console.log(`port ${server.addr.port}`);
} else {
  const server = createServer(
    node.probes(health, (request, response) => work(request.url, () => response.end("data"))),
  );
  node.drainOnSignal(server, health, { delay, deadline });
  server.listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}`));
}
