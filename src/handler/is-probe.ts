import { pathOf } from "../answer/paths.ts";
import { invalidOption, propertyOf } from "../option/invalid-option.ts";
import type { Health } from "./health.ts";
import { internalsOf } from "./internals.ts";

/**
 * Whether a request is a probe. Use it in loggers, tracers, rate limiters and authentication to skip probes.
 *
 * @param request a Request, or an object whose `url` is a URL or a path. Without a `url` it is no probe.
 * @throws TypeError if `health` is not a health, or `request` is not an object
 * @example
 * if (!isProbe(health, request)) console.log(request.method, request.url);
 */
export function isProbe(health: Health, request: { readonly url?: string | undefined }): boolean {
  const { routes } = internalsOf(health);
  const url = propertyOf(request, "url");
  if (typeof url === "string") return routes.has(pathOf(url));
  if (typeof request !== "object" || request === null || url !== undefined)
    invalidOption("request", request, "a Request, or an object whose url is a string");
  return false;
}
