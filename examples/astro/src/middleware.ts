import { sequence } from "astro:middleware";
import type { MiddlewareHandler } from "astro";
import { health } from "./rates.ts";

// The probes come first: no session or rate limit stands in a prober's way.
const probes: MiddlewareHandler = ({ request }, next) => health.match(request) ?? next();

/** Stands for sessions and rate limits. */
const later: MiddlewareHandler = async (_context, next) => {
  const response = await next();
  response.headers.set("x-later", "yes");
  return response;
};

export const onRequest = sequence(probes, later);
