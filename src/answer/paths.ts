import { checkOptions } from "../option/check-options.ts";
import { toList } from "../option/to-list.ts";
import { invalidOption, propertyOf } from "../option/invalid-option.ts";

/** The three probes, as Kubernetes uses the words. */
export type Probe = "readiness" | "liveness" | "startup";

/** Every probe. */
export const PROBES: readonly Probe[] = ["readiness", "liveness", "startup"];

/** A path with additional headers. `deprecated()` returns one. */
export interface MarkedPath {
  /** The path, beginning with a slash. */
  readonly path: string;
  /** Added to every answer on this path. Names in lower case, texts in ASCII. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The path of a probe, or several paths. A path begins with a slash, and does not end with one. Two probes cannot have
 * the same path.
 */
export type PathOption = string | MarkedPath | readonly (string | MarkedPath)[];

/** The paths of the three probes. */
export type Paths = { readonly [P in Probe]: PathOption };

/** The default paths. */
export const PATHS: Paths = { readiness: "/status", liveness: "/status/live", startup: "/status/startup" };

/** The paths of the Kubernetes components: `/readyz`, `/livez`, `/startupz`. */
export const zPages: Paths = { readiness: "/readyz", liveness: "/livez", startup: "/startupz" };

/** The probe on a path. */
export interface Route {
  /** The configured path, with `base` before it. */
  readonly path: string;
  /** The probe. */
  readonly probe: Probe;
  /** Additional headers of its answers. */
  readonly headers: Readonly<Record<string, string>> | undefined;
}

const PATH = /^(\/[!$&-.0-;=@-Z_a-z~%]+)+$/;

/** @throws TypeError unless it is an absolute path without a slash at its end */
export function checkPath(option: string, path: unknown, example = "/status"): asserts path is string {
  if (typeof path !== "string" || !PATH.test(path))
    invalidOption(option, path, `a path such as "${example}", without a slash at its end`);
}

/**
 * Every path with its probe: with and without `base`, and with and without a slash at the end.
 *
 * @throws TypeError if a path is not absolute, or if two probes have the same path
 */
export function routesOf(own: Partial<Paths> = {}, base: string = ""): ReadonlyMap<string, Route> {
  if (base !== "") checkPath("base", base, "/ops");
  const routes = new Map<string, Route>();
  const paths = { ...PATHS, ...checkOptions("paths", own, PROBES, []) };
  for (const probe of PROBES)
    for (const entry of toList(`paths.${probe}`, paths[probe], "a path or several")) {
      const path: unknown = typeof entry === "object" ? propertyOf(entry, "path") : entry;
      checkPath(`paths.${probe}`, path);
      const headers = typeof entry === "object" ? headersOf(`paths.${probe}`, entry) : undefined;
      const route = { path: base + path, probe, headers };
      for (const key of [path, `${path}/`, `${base}${path}`, `${base}${path}/`]) {
        const taken = routes.get(key)?.probe ?? probe;
        if (taken !== probe) invalidOption(`paths.${probe}`, path, `a path that ${taken} does not have`);
        routes.set(key, route);
      }
    }
  return routes;
}

/** A name in lower case and its text, as every platform can send them. */
const HEADER = /^[!#$%&'*+.^_`|~\da-z-]+\n[\t -~]*$/;

/**
 * The additional headers of a path.
 *
 * @throws TypeError unless every header can be sent, because otherwise the first probe would throw
 */
function headersOf(option: string, entry: MarkedPath): MarkedPath["headers"] {
  const { headers: given } = checkOptions(option, entry, [], ["path", "headers"]);
  const headers = checkOptions(`${option}.headers`, given, undefined, []);
  for (const [name, value] of Object.entries(headers))
    if (typeof value !== "string" || !HEADER.test(`${name}\n${value}`))
      invalidOption(`${option}.headers.${name}`, value, "a name in lower case, and an ASCII text");
  return headers;
}

/** A regular expression and not a URL parser, because a parser throws for some targets. */
const TARGET = /^(?:[a-z][a-z\d+.-]*:\/\/[^/?#]*)?(\/[^?#]*)/i;

/** The path in the target or URL of a request, not decoded. Returns `""` if there is none. */
export function pathOf(target: string): string {
  return TARGET.exec(target)?.[1] ?? "";
}
