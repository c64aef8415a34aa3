// A Worker that starts cold, on the real clock: all of it is made at module scope.
import { guard, probes } from "../../../dist/adapters/cloudflare.js";
import { createHealth, onRequest } from "../../../dist/src/index.js";

const LOAD_MS = 300;
let loads = 0;
/** Loads that came to their end: one whose request was cancelled never does. */
let ended = 0;

const health = createHealth({ refresh: onRequest({ lease: "500ms" }) });
const index = health.resource("index", {
  load: async () => {
    const number = ++loads;
    await new Promise((resolve) => setTimeout(resolve, LOAD_MS));
    ended++;
    return { number };
  },
  refreshEvery: "30s",
});
const data = guard(index)(() => Response.json(index.peek()));

/** Without `waitUntil`: nothing of what this request does outlives it. */
const BARE = {
  "/bare": async () => Response.json(await index.get()),
  "/reload": async () => Response.json((await index.reload()).value),
};

export default probes(health, {
  fetch(request, env, context) {
    const { pathname } = new URL(request.url);
    if (pathname === "/data") return data(request, env, context);
    return BARE[pathname]?.() ?? Response.json({ loads, ended });
  },
});
