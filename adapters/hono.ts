import type { Context, Handler, MiddlewareHandler, Next } from "hono";
import {
  createGuard,
  matchAndRefresh,
  type GuardOptions,
  type Health,
  type Resource,
  type WaitUntil,
} from "../src/index.ts";
import { propertyOf, registryOf, responseOf } from "../src/internal.ts";
import { checkAlone } from "./shared/check.ts";
import { last } from "./shared/last.ts";

/**
 * Creates middleware that answers the probes: `app.use(probes(health))`. Register it first, so that no authentication,
 * CORS rule or compression blocks a probe. During a drain, each answer of the app closes its HTTP/1 connection.
 *
 * @throws TypeError if an argument is wrong, or if there is a second argument
 * @example
 * const app = new Hono();
 * app.use(probes(health));
 */
export function probes(health: Health, ...more: readonly never[]): MiddlewareHandler {
  checkAlone(health, more);
  const registry = registryOf(health);
  const isRequestMode = registry.driver.kind === "request";
  const answer: Handler = (context, next) => {
    // `waitUntil` is needed only in request mode. On a platform without it, the look-up throws in every request, and
    // that costs more than the probe.
    const waitUntil = isRequestMode ? waitUntilOf(context) : undefined;
    const answered = matchAndRefresh(health, context.req.raw, waitUntil);
    if (registry.phase !== "draining" || isHttp2(context)) return answered ?? next();
    return answered ? last(answered) : nextAndClose(context, next);
  };
  // SAFETY: the type needs a promise, but Hono also accepts a plain answer, which is 5 % faster.
  return answer as MiddlewareHandler;
}

/**
 * Creates middleware that answers 503, `retry-after` and problem+json while the data is not loaded or is older than
 * `maxAge`: `app.use("/m/*", guard(index))`.
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

/** Whether the request came over HTTP/2 on Node. HTTP/2 has no header `connection`, and a drain ends the session. */
function isHttp2({ env }: Context): boolean {
  return Number(propertyOf(propertyOf(env, "incoming"), "httpVersionMajor")) >= 2;
}

/** The servers of Bun and Deno close idle connections when they stop, and may lose a request on its way. */
async function nextAndClose(context: Context, next: Next): Promise<void> {
  await next();
  // After an upgrade (101), the connection stays open.
  if (context.res.status !== 101) context.header("connection", "close");
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
