import { waitUntil } from "@vercel/functions";
import { matchAndRefresh } from "health-state";
import { app, health } from "../app.js";

// One function for all: another would have a memory of its own, and its probes would speak of that.
export default {
  // The probes come first: no session or rate limit stands in a prober's way.
  fetch: async (request) => (await matchAndRefresh(health, request, waitUntil)) ?? app(request, waitUntil),
};
