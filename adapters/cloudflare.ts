import {
  createGuard,
  matchAndRefresh,
  refreshDue,
  type GuardOptions,
  type Health,
  type Resource,
  type WaitUntil,
} from "../src/index.ts";
import { checkFunction, invalidOption, registryOf, responseOf } from "../src/internal.ts";

/** The part of a Worker that is used. Other handlers (`queue`, `email`, `tail`) are not changed. */
export interface WorkerLike {
  fetch?(request: Request, env: unknown, context: unknown): Response | Promise<Response>;
  scheduled?(controller: unknown, env: unknown, context: unknown): unknown;
}

/** The handlers of a Worker with probes. */
export interface ProbedWorker {
  readonly fetch: (request: Request, env?: unknown, context?: unknown) => Response | Promise<Response>;
  readonly scheduled: (controller: unknown, env?: unknown, context?: unknown) => Promise<void>;
}

/**
 * Creates a Worker that answers the probes: `export default probes(health, { fetch: app.fetch })`. Its `scheduled`
 * starts the due loads and then calls the `scheduled` of your worker. So a cron trigger keeps the data fresh without
 * requests.
 *
 * @param worker the object with your handlers. Its `fetch` answers every other request. Without `fetch`, the answer is
 * 404.
 * @throws TypeError if the health is not in request mode, because Workers stop timers after each request. It also
 * throws if `worker` is not an object with handlers, for example a class. In a class, call `health.match` in `fetch`.
 * @example
 * export default probes(health, { fetch: app });
 */
export function probes<W extends WorkerLike>(health: Health, worker?: W): Omit<W, keyof ProbedWorker> & ProbedWorker {
  const { kind } = registryOf(health).driver;
  if (kind !== "request")
    invalidOption("refresh", kind, "onRequest(), because Workers stop timers after each request", "HS_WRONG_MODE");
  if (worker !== undefined) checkWorker(worker);
  const own: WorkerLike = worker ?? {};
  return {
    // SAFETY: without a worker, W has no properties of its own.
    ...(own as W),
    fetch: async (request, env, context) => {
      const response = await matchAndRefresh(health, request, waitUntilOf(context));
      return response ?? own.fetch?.(request, env, context) ?? health.fetch(request);
    },
    scheduled: async (controller, env, context) => {
      await refreshDue(health, waitUntilOf(context));
      await own.scheduled?.(controller, env, context);
    },
  };
}

/** @throws TypeError for a class, a function, a health, or a handler that is not a function */
function checkWorker(worker: WorkerLike): void {
  const accepted = "an object with handlers, such as { fetch: app.fetch }";
  if (!isPlain(worker)) invalidOption("worker", worker, accepted);
  for (const name of ["fetch", "scheduled"] as const)
    if (worker[name] !== undefined) checkFunction(`worker.${name}`, worker[name], "a function, or remove it");
  // An object without a handler may be options, which would be ignored. A handler may also be inherited from a class.
  const given = [worker.fetch, worker.scheduled, ...Object.values<unknown>({ ...worker })];
  const isSet = given.some((one) => one !== undefined);
  if (isSet && !given.some((one) => typeof one === "function")) invalidOption("worker", worker, accepted);
}

/** Whether the handlers can be read. A health, which has `answerAs`, does not count. A Proxy may throw any error. */
function isPlain(worker: unknown): boolean {
  try {
    if (typeof worker !== "object" || worker === null || Array.isArray(worker)) return false;
    return !("answerAs" in worker) && Boolean({ ...worker });
  } catch {
    return false;
  }
}

/**
 * Wraps a `fetch`. It answers 503, `retry-after` and problem+json while the data is not loaded or is older than
 * `maxAge`. A refresh continues after the answer.
 *
 * @throws TypeError if an argument is wrong
 * @example
 * export default probes(health, { fetch: guard(index)(app) });
 */
export function guard(
  resources: Resource<unknown> | readonly Resource<unknown>[],
  options?: GuardOptions,
): <Q extends Request, E, C>(
  fetch: (request: Q, env: E, context: C) => Response | Promise<Response>,
) => (request: Q, env: E, context: C) => Promise<Response> {
  const decide = createGuard(resources, options);
  return (fetch) => {
    checkFunction("fetch", fetch, "a function (request, env, context) => Response");
    return async (request, env, context) => {
      const unavailable = await decide(() => waitUntilOf(context));
      return unavailable ? responseOf(unavailable) : fetch(request, env, context);
    };
  };
}

/** Called as a method, because `waitUntil` without its context throws "Illegal invocation". */
function waitUntilOf(context: unknown): WaitUntil | undefined {
  if (typeof context !== "object" || context === null || !("waitUntil" in context)) return undefined;
  if (typeof context.waitUntil !== "function") return undefined;
  // SAFETY: the line above has checked that the context has this function.
  const own = context as { waitUntil(promise: Promise<unknown>): void };
  return (promise) => own.waitUntil(promise);
}
