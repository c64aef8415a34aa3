import { matchAndRefresh } from "health-state";
import { app, health } from "../app.js";

export const config = { runtime: "edge" };

/** The same at the edge; then `vercel.json` rewrites to `/api/edge`. */
export default async function handle(request, context) {
  const waitUntil = (promise) => context.waitUntil(promise);
  // The probes come first: no session or rate limit stands in a prober's way.
  return (await matchAndRefresh(health, request, waitUntil)) ?? app(request, waitUntil);
}
