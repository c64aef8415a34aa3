import { Elysia } from "elysia";
import { createHealth } from "health-state";
import { drainOnSignal, guard, probes } from "health-state/bun";

const source = process.env["RATES_URL"] ?? "http://127.0.0.1:5199/rates.json";

const health = createHealth();
const rates = health.resource("rates", {
  load: async ({ signal }) => {
    const response = await fetch(source, { signal });
    if (!response.ok) throw new Error(`the source answered ${response.status}`);
    return new Map<string, number>(Object.entries(await response.json()));
  },
  refreshEvery: "5m",
  staleAfter: "11m",
  refuseAfter: "1h",
});
const guarded = guard(rates);

const app = new Elysia()
  // Stands for sessions and rate limits.
  .onRequest(({ set }) => void (set.headers["x-later"] = "yes"))
  .get("/", () => "Rates")
  .get("/rates/:currency", ({ request, params }) =>
    guarded(() => {
      const rate = rates.peek()?.get(params.currency);
      return rate === undefined ? new Response(null, { status: 404 }) : new Response(`${rate}`);
    })(request),
  );

health.start();
// The probes come first, before Elysia itself: no session or rate limit stands in a prober's way.
const server = Bun.serve({
  hostname: process.env["HOST"] ?? "127.0.0.1",
  port: Number(process.env["PORT"] ?? 5100),
  fetch: probes(health, app.fetch),
});
drainOnSignal(server, health);
