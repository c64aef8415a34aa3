import type { Context, Handler, MiddlewareHandler } from "hono";
import {
  createGuard,
  respond,
  toResponse,
  type GuardOptions,
  type Health,
  type Resource,
  type WaitUntil,
} from "../src/index.ts";

/**
 * Answers the probes: `app.use(probes(health))`. Register it before any other middleware, so that no
 * authentication, CORS or compression stands in a probe's way.
 */
export function probes(health: Health): MiddlewareHandler {
  const answer: Handler = (context, next) => {
    // Only request mode asks: an exception for every request would cost more than the probe.
    const waitUntil = health.refresh === "request" ? waitUntilOf(context) : undefined;
    return respond(health, context.req.raw, waitUntil) ?? next();
  };
  // SAFETY: the type asks for a promise, and Hono awaits no answer that is none: it costs a probe 5 % less.
  return answer as MiddlewareHandler;
}

/**
 * Middleware that answers 503, `retry-after` and problem+json while the resources cannot serve the
 * request: `app.use("/m/*", guard(index))`.
 *
 * @throws TypeError for a bad duration, or what is no resource
 */
export function guard(
  resources: Resource<unknown> | readonly Resource<unknown>[],
  options?: GuardOptions,
): MiddlewareHandler {
  const decide = createGuard(resources, options);
  return async (context, next) => {
    const refusal = await decide(() => waitUntilOf(context));
    if (refusal) return toResponse(refusal);
    return next();
  };
}

/** What lets work outlive the response; Hono throws where the platform has no execution context. */
function waitUntilOf(context: Context): WaitUntil | undefined {
  try {
    const { executionCtx } = context;
    return (promise) => executionCtx.waitUntil(promise);
  } catch {
    return undefined;
  }
}
