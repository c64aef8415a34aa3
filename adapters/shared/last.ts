/**
 * The servers of Bun and Deno close idle connections when they stop, and may lose a request on its way. So during a
 * drain, each answer closes its connection.
 */
export function last<R>(answered: R): R {
  if (answered instanceof Promise) return answered.then(last) as R; // SAFETY: a promise of the same
  // The fields are checked, because a Response may come from another realm. After an upgrade (101), the connection
  // stays.
  const response = Object(answered) as Partial<Response>; // SAFETY: each field is checked
  const { status, headers } = response;
  if (!headers || status === undefined || status === 101) return answered;
  try {
    headers.set("connection", "close");
    return answered;
  } catch {
    // Headers of a fetched or redirecting Response are immutable.
    // The body is read only in this case, because @hono/node-server copies the headers when the body is read.
    const copy = new Response(response.body ?? null, answered as Response); // SAFETY: it has headers and a status
    copy.headers.set("connection", "close");
    return copy as R; // SAFETY: a Response replaces a Response
  }
}
