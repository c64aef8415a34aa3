// The Workers' adapter against Cloudflare's own types: nothing here runs.
import { Hono } from "hono";
import { guard, probes } from "../../../adapters/cloudflare.ts";
import { createHealth, onRequest } from "../../../src/index.ts";

interface Env {
  readonly BANKS: KVNamespace;
}

const health = createHealth({ refresh: onRequest() });
const index = health.resource("index", { load: () => ({}) });
const app = new Hono<{ Bindings: Env }>();

const worker: ExportedHandler<Env> = {
  async fetch(request, env, context) {
    context.waitUntil(env.BANKS.get(request.url));
    return new Response();
  },
  async scheduled() {},
  async queue() {},
};

export const own = probes(health, worker) satisfies ExportedHandler<Env>;
export const hono = probes(health, { fetch: app.fetch }) satisfies ExportedHandler<Env>;
export const whole = probes(health, app) satisfies ExportedHandler<Env>;
export const alone = probes(health) satisfies ExportedHandler;
export default probes(health, {
  fetch: guard(index)(async (request: Request, env: Env) => new Response(await env.BANKS.get(request.url))),
}) satisfies ExportedHandler<Env>;
