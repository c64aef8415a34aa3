import { defineHandler } from "nitro/h3";
import { health } from "../rates.ts";

// Middleware runs by the names of its files. The probes come first: no session or rate limit stands in a prober's way.
export default defineHandler((event) => health.match(event.req));
