import { isNotReady, UNPLANNED_RETRY_SECONDS } from "../resource/error.ts";
import { coreOf } from "../resource/lease.ts";
import type { Resource, WaitUntil } from "../resource/resource.ts";
import { toMs, type Duration } from "../state/duration.ts";
import { answerWith, type Answer } from "./answer.ts";

/** What a guard asks of the resources. */
export interface GuardOptions {
  /**
   * The oldest value this route accepts; an older one is refreshed.
   * @default any age: a stale value is served
   */
  readonly maxAge?: Duration;
  /**
   * How long a request may wait for a value before it is refused.
   * @default 0; in request mode as long as the load may take
   */
  readonly wait?: Duration;
}

/**
 * `undefined` when the request can be served, else the answer that refuses it. `waitUntil` is asked for
 * in request mode alone.
 */
export type Guard = (waitUntil?: () => WaitUntil | undefined) => Answer | undefined | Promise<Answer | undefined>;

/**
 * Decides for a request that needs data; the adapters' `guard` is this as middleware. A refusal is 503
 * with `retry-after` and problem+json (RFC 9457), and names nothing.
 *
 * @throws TypeError for a bad duration, or what is no resource
 */
export function createGuard(
  resources: Resource<unknown> | readonly Resource<unknown>[],
  options: GuardOptions = {},
): Guard {
  const { maxAge } = options;
  const maxAgeMs = maxAge === undefined ? Infinity : toMs("maxAge", maxAge, 0, true);
  const cores = [resources].flat().map(coreOf);
  const host = cores[0]?.host;
  const waitMs = toMs("wait", options.wait ?? (host?.mode ? "never" : 0), 0, true);

  const serves = (core: (typeof cores)[number]): boolean =>
    core.peek() !== undefined && (maxAge === undefined || (core.snapshot().age ?? Infinity) <= maxAgeMs);

  const admit = async (waitUntil?: WaitUntil): Promise<Answer | undefined> => {
    // One signal for every ten: from eleven listeners on, Node warns of a leak.
    const limits = cores.filter((_, place) => place % 10 === 0).map(() => new AbortController());
    const abort = (): void => limits.forEach((limit) => limit.abort());
    const cancel = waitMs > 0 && waitMs < Infinity && host?.clock.setTimer(abort, waitMs, false);
    try {
      const values = Promise.all(
        cores.map((core, place) => core.get({ maxAge, signal: limits[Math.floor(place / 10)]?.signal, waitUntil })),
      );
      // After the loads have begun: the refusal knows that they run.
      if (!waitMs) abort();
      await values;
      return undefined;
    } catch (error) {
      return toRefusal(error);
    } finally {
      if (cancel) cancel();
      // Where one resource refused, nobody waits on for the others.
      abort();
    }
  };

  return (waitUntil) => (host?.mode ? admit(waitUntil?.()) : cores.every(serves) ? undefined : admit());
}

/** What a request is answered that cannot be served now. */
export function toRefusal(error: unknown): Answer {
  const { state, retryAfter } = isNotReady(error)
    ? error
    : { state: "NOT_LOADED", retryAfter: UNPLANNED_RETRY_SECONDS };
  const old = state === "READY" || state === "STALE";
  const problem = {
    type: "about:blank",
    title: "Service Unavailable",
    status: 503,
    detail: `The data that this request needs is ${old ? "older than it accepts" : "not loaded yet"}.`,
  };
  return answerWith(503, JSON.stringify(problem), "application/problem+json", { "retry-after": String(retryAfter) });
}
