// Bun's adapter against Bun's own types: nothing here runs.
import { Hono } from "hono";
import { drainOnSignal, guard, probes, routes } from "../../../adapters/bun.ts";
import { createHealth } from "../../../src/index.ts";

const health = createHealth();
const index = health.resource("index", { load: () => ({}) });
const app = new Hono();

drainOnSignal(Bun.serve({ fetch: probes(health, app.fetch) }), health);
Bun.serve({ fetch: probes(health) });
Bun.serve({
  fetch: probes(
    health,
    guard(index)(() => new Response()),
  ),
});
Bun.serve({
  fetch: probes(health, (request, server: Bun.Server<undefined>) =>
    server.upgrade(request) ? undefined : new Response(),
  ),
  websocket: { message: () => {} },
});
Bun.serve({ routes: { ...routes(health), "/m": guard(index)(async () => new Response()) } });
