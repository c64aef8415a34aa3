import { sequence } from "@sveltejs/kit/hooks";
import { health } from "$lib/server/rates.js";

/** SvelteKit calls it once, before the first request. */
export const init = () => health.start();

// The probes come first: no session or rate limit stands in a prober's way.
const probes = ({ event, resolve }) => health.match(event.request) ?? resolve(event);

/** Stands for sessions and rate limits. */
const later = async ({ event, resolve }) => {
  const response = await resolve(event);
  response.headers.set("x-later", "yes");
  return response;
};

export const handle = sequence(probes, later);
