// edge-runtime, Vercel's: no adapter, for it takes a Fetch handler as it is.
import { matchAndRefresh } from "../../../dist/src/index.js";
import { guard } from "../../../dist/adapters/cloudflare.js";
import { createFixture } from "../fixture/web.mjs";

const fetch = createFixture({
  mode: "request",
  guard,
  mount:
    ({ health, app }) =>
    async (request, env, context) =>
      (await matchAndRefresh(health, request, (promise) => context.waitUntil(promise))) ?? app(request, env, context),
});
addEventListener("fetch", (event) => event.respondWith(fetch(event.request, undefined, event)));
