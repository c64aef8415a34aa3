import { createGuard, toResponse } from "health-state";
import { rates } from "$lib/server/rates.js";

const guard = createGuard(rates);

/** One rate; 503 while there are none. */
export async function GET({ params }) {
  const unavailable = await guard();
  if (unavailable) return toResponse(unavailable);
  const rate = rates.peek()?.get(params.currency);
  return rate === undefined ? new Response(null, { status: 404 }) : new Response(`${rate}`);
}
