import type { Answer } from "../answer/answer.ts";

/** An answer as a web Response. A new one each time: runtimes tie a Response to its request. */
export function toResponse({ status, headers, body }: Answer): Response {
  return new Response(body || null, { status, headers: made(headers) });
}

/** The Response there is, and the Headers made for it, if it copies them. */
let shared:
  { readonly by: typeof Response; readonly made: WeakMap<Answer["headers"], Headers> | undefined } | undefined;

/** A Headers costs a Response less than the record it was made of, and what is frozen need be read only once. */
function made(headers: Answer["headers"]): Headers | Answer["headers"] {
  if (!Object.isFrozen(headers)) return headers;
  // A server may put a Response of its own in place: @hono/node-server does.
  if (shared?.by !== Response) shared = { by: Response, made: copies() ? new WeakMap() : undefined };
  if (!shared.made) return headers;
  let own = shared.made.get(headers);
  if (!own) shared.made.set(headers, (own = new Headers(headers)));
  return own;
}

/** Whether what is done to the headers of one Response reaches no other made of the same. */
function copies(): boolean {
  const given = new Headers();
  // @hono/node-server 1 copies for one kind of body and not for the other.
  for (const body of [null, "x"]) new Response(body, { headers: given }).headers.set("age", "1");
  return !given.has("age");
}
