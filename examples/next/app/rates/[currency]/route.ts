import { createGuard, toResponse } from "health-state";
import { rates } from "../../../rates";

export const dynamic = "force-dynamic";

const guard = createGuard(rates);

/** One rate; 503 while there are none. */
export async function GET(_request: Request, { params }: { params: Promise<{ currency: string }> }): Promise<Response> {
  const unavailable = await guard();
  if (unavailable) return toResponse(unavailable);
  const { currency } = await params;
  const rate = rates.peek()?.get(currency);
  return rate === undefined ? new Response(null, { status: 404 }) : new Response(`${rate}`);
}
