// A Hono app on Bun or Deno that drains on a signal, as the docs write it. It prints its process and its port.
import { Hono } from "hono";
import * as bun from "../../dist/adapters/bun.js";
import * as deno from "../../dist/adapters/deno.js";
import { probes } from "../../dist/adapters/hono.js";
import { createHealth } from "../../dist/src/index.js";

const health = createHealth();
const index = health.resource("index", { load: () => ["work"], refreshEvery: "30s" });
await index.get();
const app = new Hono();
app.use(probes(health));
app.get("/m", (context) => context.text(index.peek()?.[0] ?? "no data"));
const options = { delay: "60s", deadline: "120s" };

if ("Bun" in globalThis) {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: app.fetch });
  bun.drainOnSignal(server, health, options);
  console.log(process.pid, server.port);
} else {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, app.fetch);
  deno.drainOnSignal(server, health, options);
  console.log(Deno.pid, server.addr.port);
}
