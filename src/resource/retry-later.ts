import { toMs, type Duration } from "../option/duration.ts";
import { propertyOf } from "../option/invalid-option.ts";

// A registered symbol, because two copies of the package in one process must work together.
const RETRY_LATER: unique symbol = /* @__PURE__ */ Symbol.for("health-state.retry-later");

/** The longest pause that a source may ask for, in ms. */
const MOST_FLOOR_MS = 86_400_000;

/** An error of `retryLater()`, with the wait before the next attempt. */
export interface RetryLater extends Error {
  /** Marks it for the library. The shortest wait, in ms. */
  readonly [RETRY_LATER]: number;
}

/**
 * Creates an error that a loader throws if its source asks for a pause. The next attempt starts after `wait`, plus a
 * random time of at most 10 %. If the usual wait after a failure is longer, that wait counts. `reload()` does not wait
 * for the pause. The next successful load ends the pause, but `unload()` does not.
 *
 * @param wait the shortest wait: ms, or a duration such as `"30s"`. More than 24 hours counts as 24 hours.
 * @param cause the error for `lastError.error`. @default the error that this function creates
 * @throws TypeError with code HS_INVALID_OPTION for a bad duration
 * @example
 * if (response.status === 429) throw retryLater("30s", new Error("the source is rate limited"));
 */
export function retryLater(wait: Duration, cause?: unknown): RetryLater {
  const ms = Math.min(toMs("retryLater's wait", wait, 0), MOST_FLOOR_MS);
  const error = new Error(`the source asked for a pause of ${ms} ms`, { cause });
  return Object.assign(error, { code: "HS_RETRY_LATER", [RETRY_LATER]: ms } as const);
}

/** The wait that an error asks for, in ms. `undefined` if it asks for none. */
export function waitAskedBy(error: unknown): number | undefined {
  const ms = propertyOf(error, RETRY_LATER);
  return typeof ms === "number" && ms >= 0 ? Math.min(ms, MOST_FLOOR_MS) : undefined;
}
