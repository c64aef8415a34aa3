import { pathOf } from "../answer/paths.ts";
import type { Health } from "./health.ts";

/**
 * Whether a request asks a probe, for loggers, tracers, rate limiters and authentication to skip it.
 *
 * @param request a Request, or anything with a `url` that is a URL or a path
 */
export function isProbe(health: Health, request: { readonly url?: string | undefined }): boolean {
  return request.url !== undefined && health.routes.has(pathOf(request.url));
}
