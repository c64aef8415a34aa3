// Elysia on Bun: no adapter, for it takes a Fetch handler as it is
import { Elysia } from "elysia";
import { guard } from "../../../dist/adapters/bun.js";
import { createFixture, endWithParent } from "../../../test/contract/fixture/web.mjs";

const text = (body) => () => new Response(body);

const fetch = createFixture({
  mode: "background",
  guard,
  mount: ({ health, guards }) =>
    new Elysia()
      .onRequest(({ request }) => health.match(request))
      .get("/data", ({ request }) => (guards ? guards.data(text("data")) : text("data"))(request))
      .get("/young", ({ request }) => (guards ? guards.young(text("young")) : text("young"))(request))
      .all("/*", () => "app").fetch,
});
const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch });
console.log(`port ${server.port}`);
endWithParent(process);
