import { createGuard, createHealth, toResponse } from "health-state";
import { H3, getRouterParam, serve } from "h3";

const source = process.env.RATES_URL ?? "http://127.0.0.1:5199/rates.json";

const health = createHealth();
const rates = health.resource("rates", {
  load: async ({ signal }) => {
    const response = await fetch(source, { signal });
    if (!response.ok) throw new Error(`the source answered ${response.status}`);
    return new Map(Object.entries(await response.json()));
  },
  refreshEvery: "5m",
  staleAfter: "11m",
  refuseAfter: "1h",
});
const guard = createGuard(rates);

const app = new H3();
// The probes come first: no session or rate limit stands in a prober's way.
app.use((event, next) => health.match(event.req) ?? next());
// Stands for sessions and rate limits.
app.use((event) => {
  event.res.headers.set("x-later", "yes");
});
app.get("/", () => "Rates");
app.get("/rates/:currency", async (event) => {
  const unavailable = await guard();
  if (unavailable) return toResponse(unavailable);
  const rate = rates.peek()?.get(getRouterParam(event, "currency"));
  return rate === undefined ? new Response(null, { status: 404 }) : new Response(`${rate}`);
});

health.start();
serve(app, { hostname: process.env.HOST ?? "127.0.0.1", port: Number(process.env.PORT ?? 5100) });
