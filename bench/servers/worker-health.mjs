import { probes } from "../../dist/adapters/cloudflare.js";
import { createHealth, onRequest } from "../../dist/src/index.js";

const health = createHealth({ refresh: onRequest() });
health.resource("index", { load: () => new Map([["a", 1]]), refreshEvery: "1h", staleAfter: "3h" });
export default probes(health, { fetch: () => new Response("app") });
