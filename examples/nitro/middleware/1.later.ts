import { defineHandler } from "nitro/h3";

/** Stands for sessions and rate limits. */
export default defineHandler((event) => {
  event.res.headers.set("x-later", "yes");
});
