import { createHealth, onRequest } from "health-state";
import { guard, probes } from "health-state/deno";

// An isolate may sleep between requests there: requests drive the loads.
const health = createHealth({ refresh: onRequest() });

const rates = health.resource("rates", {
  load: async ({ signal }) => {
    const response = await fetch(Deno.env.get("RATES_URL") ?? "http://127.0.0.1:5199/rates.json", { signal });
    if (!response.ok) throw new Error(`the source answered ${response.status}`);
    return new Map<string, number>(Object.entries(await response.json()));
  },
  refreshEvery: "5m",
  staleAfter: "11m",
  refuseAfter: "1h",
});

const rate = guard(rates)((_request: Request, currency: string) => {
  const found = rates.peek()?.get(currency);
  return found === undefined ? new Response(null, { status: 404 }) : new Response(`${found}`);
});

function app(request: Request): Response | Promise<Response> {
  const { pathname } = new URL(request.url);
  const [, currency] = /^\/rates\/(\w+)$/.exec(pathname) ?? [];
  if (currency !== undefined) return rate(request, currency);
  return new Response(pathname === "/" ? "Rates" : null, {
    status: pathname === "/" ? 200 : 404,
    headers: { "x-later": "yes" },
  });
}

// The probes come first: no session or rate limit stands in a prober's way.
Deno.serve(probes(health, app));
