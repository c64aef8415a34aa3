import type { Answer } from "../answer/answer.ts";
import { invalidOption, propertyOf } from "../option/invalid-option.ts";

/**
 * Converts an answer to a web Response. Each call creates a new Response, because a runtime uses it for one request
 * only.
 *
 * @throws TypeError if it is not an answer
 * @example
 * const unavailable = await createGuard(index)();
 * if (unavailable) return toResponse(unavailable);
 */
export function toResponse(answer: Answer): Response {
  return responseOf(
    isAnswer(answer) ? answer : invalidOption("answer", answer, "an answer: { status, headers, body }"),
  );
}

/** The same for an answer of the library, which needs no check. */
export function responseOf({ status, headers, body }: Answer): Response {
  return new Response(body || null, { status, headers: cachedHeaders(headers) });
}

function isAnswer(given: unknown): given is Answer {
  const status = propertyOf(given, "status");
  const code = Number.isInteger(status) ? Number(status) : NaN;
  const headers = propertyOf(given, "headers");
  return (
    code >= 200 &&
    code <= 599 &&
    typeof headers === "object" &&
    headers !== null &&
    typeof propertyOf(given, "body") === "string"
  );
}

/** The current class Response, and a cache of Headers if that class copies its Headers. */
let cache:
  { readonly by: typeof Response; readonly headers: WeakMap<Answer["headers"], Headers> | undefined } | undefined;

/** Creating a Response from Headers is faster than from a record. Only frozen records are cached. */
function cachedHeaders(headers: Answer["headers"]): Headers | Answer["headers"] {
  if (!Object.isFrozen(headers)) return headers;
  // A server may replace the global Response, such as @hono/node-server.
  if (cache?.by !== Response) cache = { by: Response, headers: copies() ? new WeakMap() : undefined };
  if (!cache.headers) return headers;
  let cached = cache.headers.get(headers);
  if (!cached) {
    cached = new Headers(headers);
    cache.headers.set(headers, cached);
  }
  return cached;
}

/** Whether two Responses that are created from the same Headers are independent. */
function copies(): boolean {
  const given = new Headers();
  // @hono/node-server 1 copies the Headers for some kinds of bodies only.
  for (const body of [null, "x"]) new Response(body, { headers: given }).headers.set("age", "1");
  return !given.has("age");
}
