import type { MiddlewareHandler } from "hono";
import { problem } from "./problem.ts";

/** Without accounts, at least no page of another site may write through the reader's browser. */
export const sameSite: MiddlewareHandler = async (context, next) => {
  const site = context.req.header("sec-fetch-site") ?? "none";
  if (site !== "none" && site !== "same-origin")
    return problem(context, 403, "Forbidden", "this request comes from another site's page");
  return next();
};
