// Two servers on one health that drain on a signal, on whatever runtime this is: `drain.mjs <delay> <deadline>` in ms,
// or without arguments for the defaults. It prints the ports.
import { createServer } from "node:http";
import process from "node:process";
import * as bun from "../../../dist/adapters/bun.js";
import * as deno from "../../../dist/adapters/deno.js";
import * as node from "../../../dist/adapters/node.js";
import { createHealth } from "../../../dist/src/index.js";

const [delay, deadline] = process.argv.slice(2).map(Number);
const options = { ...(delay !== undefined && { delay, deadline }), close: () => console.log("close") };
const health = createHealth();
const index = health.resource("index", { load: () => ({}), refreshEvery: "30s" });
await index.get();

/** An answer that takes its time, as work does, and needs the data at its end; on /hang for ever. */
const work = (url, answer) => {
  if (!url.endsWith("/hang"))
    setTimeout(() => answer(index.peek() ? "data" : "no data"), url.endsWith("/slow") ? 1_500 : 5);
};
const app = (request) => new Promise((resolve) => work(request.url, (data) => resolve(new Response(data))));

if ("Bun" in globalThis) {
  const serve = (fetch) => Bun.serve({ hostname: "127.0.0.1", port: 0, idleTimeout: 60, fetch });
  const servers = [serve(bun.probes(health, app)), serve(bun.probes(health))];
  for (const server of servers) bun.drainOnSignal(server, health, options);
  console.log(`port ${servers[0].port} ${servers[1].port}`);
} else if ("Deno" in globalThis) {
  const serve = (fetch) => Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, fetch);
  const servers = [serve(deno.probes(health, app)), serve(deno.probes(health))];
  const drains = servers.map((server) => deno.drainOnSignal(server, health, options).done);
  void Promise.all(drains).then(() => Deno.exit());
  console.log(`port ${servers[0].addr.port} ${servers[1].addr.port}`);
} else {
  const servers = [
    createServer(node.probes(health, (request, response) => work(request.url, (data) => response.end(data)))),
    createServer(node.probes(health)),
  ];
  for (const server of servers) node.drainOnSignal(server, health, options);
  const listening = (server) =>
    new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
  console.log(`port ${await listening(servers[0])} ${await listening(servers[1])}`);
}
