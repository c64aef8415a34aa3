import { checkOptions } from "../option/check-options.ts";
import { toMsOrNever, type Duration } from "../option/duration.ts";
import { invalidOption } from "../option/invalid-option.ts";
import { toList } from "../option/to-list.ts";
import { isNotReady } from "../resource/error.ts";
import { managedResourceOf } from "../resource/managed-resource-of.ts";
import type { ManagedResource } from "../resource/managed-resource.ts";
import type { Resource, WaitUntil } from "../resource/resource.ts";
import { UNPLANNED_RETRY_SECONDS } from "../state/retry-after.ts";
import { answerWith, type Answer } from "./answer.ts";

/** The options of a guard. */
export interface GuardOptions {
  /**
   * The oldest value that this route accepts. An older value is refreshed. In background mode (the default), if
   * `maxAge` is shorter than a load takes, set `wait` too. Otherwise every value arrives too old, and every request
   * gets 503.
   * @default any age
   */
  readonly maxAge?: Duration;
  /**
   * How long a request waits for a value before it gets 503.
   * @default 0. In request mode (`onRequest()`): until the load ends
   */
  readonly wait?: Duration;
}

/**
 * Returns `undefined` if the request can be served. Otherwise it returns the 503 answer. `waitUntil` is only used in
 * request mode (`onRequest()`).
 */
export type Guard = (waitUntil?: () => WaitUntil | undefined) => Answer | undefined | Promise<Answer | undefined>;

/**
 * Decides whether a request that needs data can be served. If not, it returns an answer with 503, `retry-after` and
 * problem+json (RFC 9457). The adapters have it as middleware, named `guard`.
 *
 * @throws TypeError for a wrong option, or if an argument is not a resource
 * @example
 * const decide = createGuard(index, { maxAge: "10m", wait: "2s" });
 * const unavailable = await decide();
 * if (unavailable) return toResponse(unavailable);
 */
export function createGuard(
  resources: Resource<unknown> | readonly Resource<unknown>[],
  options: GuardOptions = {},
): Guard {
  const accepted = "one resource or more";
  const managed = toList("resources", resources, accepted).map(managedResourceOf);
  const { maxAge, wait } = checkOptions("guard()", options, [], ["maxAge", "wait"]);
  const maxAgeMs = maxAge === undefined ? Infinity : toMsOrNever("maxAge", maxAge);
  const { host } = managed[0] ?? invalidOption("resources", resources, accepted);
  const isRequestMode = host.driver.kind === "request";
  const waitMs = wait === undefined ? (isRequestMode ? Infinity : 0) : toMsOrNever("wait", wait);

  const serves = (resource: ManagedResource<unknown>): boolean =>
    resource.peek() !== undefined && (maxAge === undefined || (resource.snapshot().age ?? Infinity) <= maxAgeMs);

  const admit = async (waitUntil?: WaitUntil): Promise<Answer | undefined> => {
    const limit = new AbortController();
    const abort = (): void => limit.abort();
    const isLimited = waitMs > 0 && waitMs < Infinity;
    const cancel = isLimited ? host.clock.setTimer(abort, waitMs, false) : undefined;
    try {
      const values = Promise.all(managed.map((one) => one.get({ maxAge, signal: limit.signal, waitUntil })));
      // Abort only after the loads have started, because `retry-after` depends on running loads.
      if (!waitMs) abort();
      await values;
      return undefined;
    } catch (error) {
      return toUnavailable(error);
    } finally {
      cancel?.();
      // If one resource has failed, do not wait for the others.
      abort();
    }
  };

  return (waitUntil) => (isRequestMode ? admit(waitUntil?.()) : managed.every(serves) ? undefined : admit());
}

/** The answer to a request that cannot be served now. */
export function toUnavailable(error: unknown): Answer {
  const { state, retryAfter } = isNotReady(error)
    ? error
    : { state: "NOT_LOADED", retryAfter: UNPLANNED_RETRY_SECONDS };
  const isOld = state === "READY" || state === "STALE";
  const problem = {
    type: "about:blank",
    title: "Service Unavailable",
    status: 503,
    detail: `The data that this request needs is ${isOld ? "older than it accepts" : "not loaded yet"}.`,
  };
  return answerWith(503, {
    body: JSON.stringify(problem),
    contentType: "application/problem+json",
    headers: { "retry-after": String(retryAfter) },
  });
}
