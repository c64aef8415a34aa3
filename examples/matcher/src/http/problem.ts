import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** Answers problem+json (RFC 9457), as the library's guard does. */
export function problem(context: Context, status: ContentfulStatusCode, title: string, detail: string): Response {
  return context.body(JSON.stringify({ title, status, detail }), status, {
    "content-type": "application/problem+json",
  });
}
