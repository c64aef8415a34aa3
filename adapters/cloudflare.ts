import {
  createGuard,
  respond,
  toResponse,
  warm,
  type GuardOptions,
  type Health,
  type Resource,
  type WaitUntil,
} from "../src/index.ts";

/** As much of a Worker as is used. Whatever else it handles (`queue`, `email`, `tail`) is left as it is. */
export interface WorkerLike {
  fetch?(request: Request, env: unknown, context: unknown): Response | Promise<Response>;
  scheduled?(controller: unknown, env: unknown, context: unknown): unknown;
}

/** What Workers call. */
export interface ProbedWorker {
  readonly fetch: (request: Request, env?: unknown, context?: unknown) => Response | Promise<Response>;
  readonly scheduled: (controller: unknown, env?: unknown, context?: unknown) => Promise<void>;
}

/**
 * A Worker that answers the probes first: `export default probes(health, { fetch: app.fetch })`. Its
 * `scheduled` refreshes what is due before it calls the worker's own, so that a cron keeps a quiet
 * isolate fresh.
 *
 * @param worker answers what is no probe; without a `fetch`, 404
 * @throws TypeError unless the health is in request mode, for on Workers a timer dies with its request;
 *   and for what is no object with handlers (a class wraps `health.match` in its own `fetch`)
 */
export function probes<W extends WorkerLike>(health: Health, worker?: W): Omit<W, keyof ProbedWorker> & ProbedWorker {
  if (health.refresh !== "request")
    throw new TypeError(
      'health-state: refresh is "background"; it must be onRequest() on Workers, where a timer dies with its request',
    );
  if (worker !== undefined && typeof worker !== "object")
    throw new TypeError(
      "health-state: worker is a function or class; it must be an object with handlers, such as { fetch: app.fetch }",
    );
  const own: WorkerLike = worker ?? {};
  return {
    // SAFETY: with no worker given there is nothing that its type could promise.
    ...(own as W),
    fetch: async (request, env, context) => {
      const response = await respond(health, request, waitUntilOf(context));
      return response ?? own.fetch?.(request, env, context) ?? health.fetch(request);
    },
    scheduled: async (controller, env, context) => {
      await warm(health, waitUntilOf(context));
      await own.scheduled?.(controller, env, context);
    },
  };
}

/**
 * Wraps a `fetch`: 503, `retry-after` and problem+json while the resources cannot serve the request;
 * a refresh that is due goes on behind the answer.
 *
 * @throws TypeError for a bad duration, or what is no resource
 */
export function guard(
  resources: Resource<unknown> | readonly Resource<unknown>[],
  options?: GuardOptions,
): <Q extends Request, E, C>(
  fetch: (request: Q, env: E, context: C) => Response | Promise<Response>,
) => (request: Q, env: E, context: C) => Promise<Response> {
  const decide = createGuard(resources, options);
  return (fetch) => async (request, env, context) => {
    const refusal = await decide(() => waitUntilOf(context));
    return refusal ? toResponse(refusal) : fetch(request, env, context);
  };
}

/** Called on its own context: a detached `waitUntil` throws Illegal invocation. */
function waitUntilOf(context: unknown): WaitUntil | undefined {
  if (typeof context !== "object" || context === null || !("waitUntil" in context)) return undefined;
  if (typeof context.waitUntil !== "function") return undefined;
  // SAFETY: the platform's own context, and the function was just looked for.
  const own = context as { waitUntil(promise: Promise<unknown>): void };
  return (promise) => own.waitUntil(promise);
}
