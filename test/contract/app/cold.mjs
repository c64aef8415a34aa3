// A Worker that starts cold, on the real clock: all of it is made at module scope.
import { guard, probes } from "../../../dist/adapters/cloudflare.js";
import { createHealth, onRequest } from "../../../dist/src/index.js";

const LOAD_MS = 300;
let loads = 0;

const health = createHealth({ refresh: onRequest({ lease: "500ms" }) });
const index = health.resource("index", {
  load: async () => {
    loads++;
    await new Promise((resolve) => setTimeout(resolve, LOAD_MS));
    return { number: loads };
  },
  refreshEvery: "30s",
});
const data = guard(index)(() => Response.json(index.peek()));

export default probes(health, {
  fetch: (request, env, context) =>
    request.url.endsWith("/data") ? data(request, env, context) : new Response(String(loads)),
});
