import {
  createGuard,
  NOT_FOUND,
  respond,
  toResponse,
  type Answer,
  type GuardOptions,
  type Health,
  type Resource,
} from "../src/index.ts";
import { isDraining } from "./drain.ts";

/** A Fetch handler; what else the platform hands it is handed on as it came. */
export type FetchHandler<A extends readonly unknown[], R> = (request: Request, ...rest: A) => R;

/**
 * A Fetch handler that answers the probes before anything else does.
 *
 * @param fetch answers what is no probe; without it, 404
 */
export function probes<A extends readonly unknown[] = [], R = never>(
  health: Health,
  fetch?: FetchHandler<A, R>,
): FetchHandler<A, R | Response | Promise<Response>> {
  return mount(toResponse, health, fetch);
}

/** @param make how this platform makes a Response of an answer */
export function mount<A extends readonly unknown[], R>(
  make: (answer: Answer) => Response,
  health: Health,
  fetch: FetchHandler<A, R> | undefined,
): FetchHandler<A, R | Response | Promise<Response>> {
  const answer = (request: Request, rest: A): R | Response | Promise<Response> => {
    const response = respond(health, request, undefined, make);
    // In request mode a promise, and then of a path that is ours.
    if (response instanceof Promise) return response.then((late) => late ?? toResponse(NOT_FOUND));
    return response ?? (fetch ? fetch(request, ...rest) : toResponse(NOT_FOUND));
  };
  return (request, ...rest) => {
    const answered = answer(request, rest);
    return isDraining(health) ? last(answered) : answered;
  };
}

/**
 * Wraps a Fetch handler: 503, `retry-after` and problem+json while the resources cannot serve the
 * request.
 *
 * @throws TypeError for a bad duration, or what is no resource
 */
export function guard(
  resources: Resource<unknown> | readonly Resource<unknown>[],
  options?: GuardOptions,
): <A extends readonly unknown[], R>(
  fetch: FetchHandler<A, R>,
) => FetchHandler<A, R | Response | Promise<Response | Awaited<R>>> {
  const decide = createGuard(resources, options);
  return (fetch) =>
    (request, ...rest) => {
      const decision = decide();
      if (decision instanceof Promise) return served(decision, () => fetch(request, ...rest));
      return decision ? toResponse(decision) : fetch(request, ...rest);
    };
}

async function served<R>(decision: Promise<Answer | undefined>, serve: () => R): Promise<Response | Awaited<R>> {
  const refusal = await decision;
  if (refusal) return toResponse(refusal);
  return await serve();
}

/**
 * Both servers close idle connections the moment they stop, and with them a request that is on its
 * way: while draining, the client is told not to send another on this one.
 */
function last<R>(answered: R): R {
  if (answered instanceof Promise) return answered.then(last) as R; // SAFETY: a promise of the same
  // By its fields: a Response may come from another realm. An upgrade is nobody's last answer.
  const { headers, status, body } = Object(answered) as Partial<Response>; // SAFETY: whatever it is, each field is checked
  if (!headers || status === undefined || status === 101) return answered;
  try {
    headers.set("connection", "close");
    return answered;
  } catch {
    // Headers of a fetched or redirecting Response are immutable.
    const copy = new Response(body ?? null, answered as Response); // SAFETY: it has headers and a status
    copy.headers.set("connection", "close");
    return copy as R; // SAFETY: a Response stands for a Response
  }
}
