import { health } from "../rates.ts";

/** Begins the first load with the server, not with its first request. */
export default () => health.start();
