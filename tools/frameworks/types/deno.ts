// Deno's adapter against Deno's own types: nothing here runs.
import { Hono } from "hono";
import { drainOnSignal, guard, probes } from "../../../adapters/deno.ts";
import { createHealth } from "../../../src/index.ts";

const health = createHealth();
const index = health.resource("index", { load: () => ({}) });
const app = new Hono();

await drainOnSignal(Deno.serve(probes(health, app.fetch)), health).done;
Deno.serve(probes(health));
Deno.serve(
  { port: 0 },
  probes(
    health,
    guard(index)(async () => new Response()),
  ),
);
Deno.serve(probes(health, (_request, info: Deno.ServeHandlerInfo) => new Response(JSON.stringify(info.remoteAddr))));
export default { fetch: probes(health, app.fetch) } satisfies Deno.ServeDefaultExport;
