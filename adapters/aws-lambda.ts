import {
  createGuard,
  NOT_FOUND,
  warm,
  type Answer,
  type Guard,
  type GuardOptions,
  type Health,
  type Resource,
} from "../src/index.ts";
import { httpOf, LAMBDA, methodOf, resultOf, targetOf, type EventLike, type ResultLike } from "./lambda-event.ts";

export type { EventLike, ResultLike } from "./lambda-event.ts";

/**
 * A handler that answers the probes first: `export const handler = probes(health, handle(app))`. Events
 * that are no HTTP are handed on. Give the health `refresh: onRequest()`: a timer stands still with its
 * sandbox.
 *
 * @param handler answers what is no probe; without it, 404
 */
export function probes<E = unknown, A extends readonly unknown[] = [], R = never>(
  health: Health,
  handler?: (event: E, ...rest: A) => R,
): (event: E, ...rest: A) => R | Promise<ResultLike> {
  return (event, ...rest) => {
    const http = httpOf(event);
    const ask = (): Answer | undefined => health.ask(methodOf(http), targetOf(http), http, LAMBDA);
    const answer = ask();
    if (!answer && handler) return handler(event, ...rest);
    const waited = answer && warm(health)?.then(ask);
    return Promise.resolve(waited ?? answer).then((last) => resultOf(http, last ?? NOT_FOUND));
  };
}

/**
 * Wraps a handler: 503, `retry-after` and problem+json while the resources cannot serve the event. One
 * that is no HTTP is refused by a rejection, so that its source sends it again.
 *
 * @throws TypeError for a bad duration, or what is no resource
 */
export function guard(
  resources: Resource<unknown> | readonly Resource<unknown>[],
  options?: GuardOptions,
): <E, A extends readonly unknown[], R>(
  handler: (event: E, ...rest: A) => R,
) => (event: E, ...rest: A) => Promise<Awaited<R> | ResultLike> {
  const decide = createGuard(resources, options);
  return (handler) =>
    (event, ...rest) =>
      served(decide(), httpOf(event), () => handler(event, ...rest));
}

async function served<R>(
  decision: ReturnType<Guard>,
  event: EventLike,
  serve: () => R,
): Promise<Awaited<R> | ResultLike> {
  const refusal = await decision;
  if (!refusal) return await serve();
  // To a queue or a stream whatever is returned is success, and the event would be gone.
  if (!targetOf(event)) throw new Error("health-state: the data that this event needs is not there");
  return resultOf(event, methodOf(event) === "HEAD" ? { ...refusal, body: "" } : refusal);
}
