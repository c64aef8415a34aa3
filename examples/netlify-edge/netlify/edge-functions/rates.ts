import type { Config, Context } from "@netlify/edge-functions";
import { createGuard, createHealth, onRequest, matchAndRefresh, toResponse } from "health-state";

// Nothing runs between requests there: requests drive the loads.
const health = createHealth({ refresh: onRequest() });

const rates = health.resource("rates", {
  load: async ({ signal }) => {
    const response = await fetch(Netlify.env.get("RATES_URL") ?? "http://127.0.0.1:5199/rates.json", { signal });
    if (!response.ok) throw new Error(`the source answered ${response.status}`);
    return new Map<string, number>(Object.entries(await response.json()));
  },
  refreshEvery: "5m",
  staleAfter: "11m",
  refuseAfter: "1h",
});
const guard = createGuard(rates);

export default async function handle(request: Request, context: Context): Promise<Response> {
  const waitUntil = (promise: Promise<unknown>): void => context.waitUntil(promise);
  // The probes come first: no session or rate limit stands in a prober's way.
  const answer = await matchAndRefresh(health, request, waitUntil);
  if (answer) return answer;
  const [, currency] = /^\/rates\/(\w+)$/.exec(new URL(request.url).pathname) ?? [];
  // Everything else is the site's.
  if (currency === undefined) return context.next();
  const unavailable = await guard(() => waitUntil);
  if (unavailable) return toResponse(unavailable);
  const rate = rates.peek()?.get(currency);
  return rate === undefined ? new Response(null, { status: 404 }) : new Response(`${rate}`);
}

export const config: Config = { path: "/*" };
