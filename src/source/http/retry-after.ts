import { dateOf, toInstant } from "./instant.ts";

/** A source is left alone for an hour at most. */
const MOST_MS = 3_600_000;

/**
 * How long an answer asks to be left alone, in ms: seconds or a date (RFC 9110, 10.2.3). A date counts
 * from the answer's own `date`, because the clocks may differ. `undefined` for anything else.
 */
export function retryAfterOf(headers: Headers): number | undefined {
  const text = headers.get("retry-after") ?? "";
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : toInstant(text) - dateOf(headers);
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MOST_MS);
}
