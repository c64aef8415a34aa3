import {
  createGuard,
  NOT_FOUND,
  matchAndRefresh,
  type Answer,
  type GuardOptions,
  type Health,
  type Resource,
} from "../../src/index.ts";
import { checkFunction, registryOf, responseOf } from "../../src/internal.ts";
import { checkProbes } from "./check.ts";
import { last } from "./last.ts";

/** The accepted handlers, for errors. */
const FETCH_HANDLER = "a function such as app.fetch";

/** A Fetch handler. Further arguments of the platform are passed to it unchanged. */
export type FetchHandler<A extends readonly unknown[], R> = (request: Request, ...rest: A) => R;

/**
 * Creates a Fetch handler that answers the probes, and passes every other request to `fetch`.
 *
 * @param fetch answers every other request. @default 404
 * @throws TypeError if an argument is wrong
 * @example
 * const answer = probes(health, (request: Request) => new Response(request.url));
 */
export function probes<A extends readonly unknown[] = [], R = never>(
  health: Health,
  fetch?: FetchHandler<A, R>,
): FetchHandler<A, R | Response | Promise<Response>> {
  return mount(responseOf, health, fetch);
}

/** @param make converts an answer to a Response */
export function mount<A extends readonly unknown[], R>(
  make: (answer: Answer) => Response,
  health: Health,
  fetch: FetchHandler<A, R> | undefined,
): FetchHandler<A, R | Response | Promise<Response>> {
  checkProbes(health, "fetch", fetch, FETCH_HANDLER);
  const registry = registryOf(health);
  const answer = (request: Request, rest: A): R | Response | Promise<Response> => {
    const response = matchAndRefresh(health, request, undefined, make);
    // A promise comes only in request mode, and only for the path of a probe.
    if (response instanceof Promise) return response.then((late) => late ?? responseOf(NOT_FOUND));
    return response ?? (fetch ? fetch(request, ...rest) : responseOf(NOT_FOUND));
  };
  return (request, ...rest) => {
    const answered = answer(request, rest);
    return registry.waitBlockedBy() ? last(answered) : answered;
  };
}

/**
 * Wraps a Fetch handler. It answers 503, `retry-after` and problem+json while the data is not loaded or is older than
 * `maxAge`. Otherwise it calls the handler.
 *
 * @throws TypeError if an argument is wrong
 * @example
 * const answer = guard(index)((request: Request) => new Response(request.url));
 */
export function guard(
  resources: Resource<unknown> | readonly Resource<unknown>[],
  options?: GuardOptions,
): <A extends readonly unknown[], R>(
  fetch: FetchHandler<A, R>,
) => FetchHandler<A, R | Response | Promise<Response | Awaited<R>>> {
  const decide = createGuard(resources, options);
  return (fetch) => {
    checkFunction("fetch", fetch, FETCH_HANDLER);
    return (request, ...rest) => {
      const decision = decide();
      if (decision instanceof Promise) return served(decision, () => fetch(request, ...rest));
      return decision ? responseOf(decision) : fetch(request, ...rest);
    };
  };
}

async function served<R>(decision: Promise<Answer | undefined>, serve: () => R): Promise<Response | Awaited<R>> {
  const unavailable = await decision;
  if (unavailable) return responseOf(unavailable);
  return await serve();
}
