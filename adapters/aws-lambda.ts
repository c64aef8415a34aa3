import {
  createGuard,
  NOT_FOUND,
  refreshDue,
  type Answer,
  type Guard,
  type GuardOptions,
  type Health,
  type Resource,
} from "../src/index.ts";
import { checkFunction, internalsOf } from "../src/internal.ts";
import { httpOf, LAMBDA, methodOf, resultOf, targetOf, type EventLike, type ResultLike } from "./lambda-event.ts";
import { checkProbes } from "./shared/check.ts";

export type { EventLike, ResultLike } from "./lambda-event.ts";

/**
 * Creates a handler that answers the probes: `export const handler = probes(health, handle(app))`. It passes every
 * other event to your handler. Create the health with `refresh: onRequest()`, because Lambda stops timers between
 * requests.
 *
 * @param handler answers every other request. @default 404
 * @throws TypeError if an argument is wrong
 * @example
 * export const handler = probes(health, handle(app));
 */
export function probes<E = unknown, A extends readonly unknown[] = [], R = never>(
  health: Health,
  handler?: (event: E, ...rest: A) => R,
): (event: E, ...rest: A) => R | Promise<ResultLike> {
  checkProbes(health, "handler", handler, "a function such as handle(app)");
  const { ask } = internalsOf(health);
  return (event, ...rest) => {
    const http = httpOf(event);
    const find = (): Answer | undefined => ask(methodOf(http), targetOf(http), http, LAMBDA);
    const answer = find();
    if (!answer && handler) return handler(event, ...rest);
    const waited = answer && refreshDue(health)?.then(find);
    return Promise.resolve(waited ?? answer).then((last) => resultOf(http, last ?? NOT_FOUND));
  };
}

/**
 * Wraps a handler. While the data is not loaded or is older than `maxAge`, it answers an HTTP event with 503,
 * `retry-after` and problem+json. For other events it rejects, so that a queue sends the event again.
 *
 * @throws TypeError if an argument is wrong
 * @example
 * export const handler = guard(index)(handle(app));
 */
export function guard(
  resources: Resource<unknown> | readonly Resource<unknown>[],
  options?: GuardOptions,
): <E, A extends readonly unknown[], R>(
  handler: (event: E, ...rest: A) => R,
) => (event: E, ...rest: A) => Promise<Awaited<R> | ResultLike> {
  const decide = createGuard(resources, options);
  return (handler) => {
    checkFunction("handler", handler);
    return (event, ...rest) => served(decide(), httpOf(event), () => handler(event, ...rest));
  };
}

async function served<R>(
  decision: ReturnType<Guard>,
  event: EventLike,
  serve: () => R,
): Promise<Awaited<R> | ResultLike> {
  const unavailable = await decision;
  if (!unavailable) return await serve();
  // For a queue or a stream, every return value is a success, and the event would be lost.
  if (!targetOf(event)) throw new Error("health-state: the data for this event is not loaded or is too old");
  return resultOf(event, methodOf(event) === "HEAD" ? { ...unavailable, body: "" } : unavailable);
}
