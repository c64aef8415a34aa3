/** What health-state answers on `/status` and `/status/live` while all is well; `bench` compares before it measures. */
const COMMON = {
  "content-type": "text/plain; charset=utf-8",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "content-length": "10",
};
export const BODY = "I-AM-ALIVE";
export const READY = { ...COMMON, "health-state": "READY" };
export const ALIVE = COMMON;

/** The headers of a path. */
export const headersOf = (path) => (path === "/status" ? READY : ALIVE);
