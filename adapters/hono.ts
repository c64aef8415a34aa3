import type { Context, Handler, MiddlewareHandler } from "hono";
import {
  createGuard,
  matchAndRefresh,
  type GuardOptions,
  type Health,
  type Resource,
  type WaitUntil,
} from "../src/index.ts";
import { registryOf, responseOf } from "../src/internal.ts";
import { checkAlone } from "./shared/check.ts";

/**
 * Creates middleware that answers the probes: `app.use(probes(health))`. Register it first, so that no authentication,
 * CORS rule or compression blocks a probe.
 *
 * @throws TypeError if an argument is wrong, or if there is a second one
 * @example
 * const app = new Hono();
 * app.use(probes(health));
 */
export function probes(health: Health, ...more: readonly never[]): MiddlewareHandler {
  checkAlone(health, more);
  const isRequestMode = registryOf(health).driver.kind === "request";
  const answer: Handler = (context, next) => {
    // Only in request mode, because an exception for every request would cost more than the probe.
    const waitUntil = isRequestMode ? waitUntilOf(context) : undefined;
    return matchAndRefresh(health, context.req.raw, waitUntil) ?? next();
  };
  // SAFETY: the type needs a promise, but Hono also accepts a plain answer, which is 5 % faster.
  return answer as MiddlewareHandler;
}

/**
 * Middleware that answers 503, `retry-after` and problem+json while the data for the request is not loaded:
 * `app.use("/m/*", guard(index))`.
 *
 * @throws TypeError if an argument is wrong
 * @example
 * const app = new Hono();
 * app.use("/m/*", guard(index, { wait: "2s" }));
 */
export function guard(
  resources: Resource<unknown> | readonly Resource<unknown>[],
  options?: GuardOptions,
): MiddlewareHandler {
  const decide = createGuard(resources, options);
  return async (context, next) => {
    const unavailable = await decide(() => waitUntilOf(context));
    if (unavailable) return responseOf(unavailable);
    return next();
  };
}

/** The `waitUntil` of the platform. Hono throws if the platform has no execution context. */
function waitUntilOf(context: Context): WaitUntil | undefined {
  try {
    const { executionCtx } = context;
    return (promise) => executionCtx.waitUntil(promise);
  } catch {
    return undefined;
  }
}
