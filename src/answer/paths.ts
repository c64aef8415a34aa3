import { refuse } from "../state/refusal.ts";

/** The three probes, as Kubernetes uses the words. */
export type Probe = "readiness" | "liveness" | "startup";

/** Every probe. */
export const PROBES: readonly Probe[] = ["readiness", "liveness", "startup"];

/** A path with headers of its own; `deprecated()` makes one. */
export interface MarkedPath {
  /** The path, beginning with a slash. */
  readonly path: string;
  /** Added to every answer on this path, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Where a probe answers: one path or several. */
export type PathOption = string | MarkedPath | readonly (string | MarkedPath)[];

/** The paths of the three probes. */
export type Paths = { readonly [P in Probe]: PathOption };

/** The paths, unless the user says otherwise: liveness and startup are nested under readiness. */
export const PATHS: Paths = { readiness: "/status", liveness: "/status/live", startup: "/status/startup" };

/** The paths of the Kubernetes components: `/readyz`, `/livez`, `/startupz`. */
export const zPages: Paths = { readiness: "/readyz", liveness: "/livez", startup: "/startupz" };

/** What answers on a path. */
export interface Route {
  /** The path it was configured as, behind `base`. */
  readonly path: string;
  /** The probe that answers there. */
  readonly probe: Probe;
  /** What its answers carry beside the usual, if anything. */
  readonly headers: Readonly<Record<string, string>> | undefined;
}

const PATH = /^(\/[!$&-.0-;=@-Z_a-z~%]+)+$/;

/**
 * Every path, with and without `base` in front and a slash behind, and what answers there.
 *
 * @throws TypeError for a path that is no absolute path, or that two probes claim
 */
export function routesOf(own: Partial<Paths> = {}, base: string = ""): ReadonlyMap<string, Route> {
  if (base !== "" && !PATH.test(base)) refuse("base", base, 'a path such as "/ops", without a slash at its end');
  const routes = new Map<string, Route>();
  const paths = { ...PATHS, ...own };
  for (const probe of PROBES)
    for (const entry of [paths[probe]].flat()) {
      const { path, headers } = typeof entry === "string" ? { path: entry, headers: undefined } : entry;
      if (!PATH.test(path)) refuse(`paths.${probe}`, path, 'a path such as "/status", without a slash at its end');
      const route = { path: base + path, probe, headers };
      for (const key of [path, `${path}/`, `${base}${path}`, `${base}${path}/`]) {
        const taken = routes.get(key)?.probe ?? probe;
        if (taken !== probe) refuse(`paths.${probe}`, path, `a path that ${taken} does not have`);
        routes.set(key, route);
      }
    }
  return routes;
}

/** Not a URL parser: whatever a client may send as a target must not throw. */
const TARGET = /^(?:[a-z][a-z\d+.-]*:\/\/[^/?#]*)?(\/[^?#]*)/i;

/** The path in a request's target or URL, undecoded, in origin or absolute form; empty where there is none. */
export function pathOf(target: string): string {
  return TARGET.exec(target)?.[1] ?? "";
}
