import { createGuard, toResponse } from "health-state";
import { defineHandler, getRouterParam } from "nitro/h3";
import { rates } from "../../rates.ts";

const guard = createGuard(rates);

/** One rate; 503 while there are none. */
export default defineHandler(async (event) => {
  const unavailable = await guard();
  if (unavailable) return toResponse(unavailable);
  const rate = rates.peek()?.get(getRouterParam(event, "currency") ?? "");
  return rate === undefined ? new Response(null, { status: 404 }) : new Response(`${rate}`);
});
