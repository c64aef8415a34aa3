import { createGuard, createHealth, onRequest, toResponse } from "health-state";

// Nothing runs between requests there: requests drive the loads.
export const health = createHealth({ refresh: onRequest() });

const rates = health.resource("rates", {
  load: async ({ signal }) => {
    const response = await fetch(process.env.RATES_URL ?? "http://127.0.0.1:5199/rates.json", { signal });
    if (!response.ok) throw new Error(`the source answered ${response.status}`);
    return new Map(Object.entries(await response.json()));
  },
  refreshEvery: "5m",
  staleAfter: "11m",
  refuseAfter: "1h",
});
const guard = createGuard(rates);

const served = (body, status = 200) => new Response(body, { status, headers: { "x-later": "yes" } });

/** What is no probe. A request for a rate waits for the first load; a refresh goes on behind the answer. */
export async function app(request, waitUntil) {
  const { pathname } = new URL(request.url);
  const [, currency] = /^\/rates\/(\w+)$/.exec(pathname) ?? [];
  if (currency === undefined) return pathname === "/" ? served("Rates") : served(null, 404);
  const unavailable = await guard(() => waitUntil);
  if (unavailable) return toResponse(unavailable);
  const rate = rates.peek()?.get(currency);
  return rate === undefined ? served(null, 404) : served(`${rate}`);
}
