import type { Edit } from "../model/item.ts";
import type { Place, Report, Severity } from "../model/report.ts";
import { isTemplate } from "../model/tree.ts";

/** What a check brings about. */
export type Effect = "routes" | "restarts" | "replaces" | "waits" | "reports";

/** What a path asks. */
export type Role = "liveness" | "readiness" | "startup";

/** A path as the file has it. */
export interface AskedPath {
  readonly path: string;
  readonly at: Place;
  /** The line or command that holds the path, for the corrected one. */
  readonly context?: string;
  /** The edit that writes another path, where that is certain. */
  readonly edit?: (path: string) => { readonly edit?: Edit };
}

/** How a path is judged. */
export interface PathRule {
  /** Whether the service uses the library. Only such a service is held to the library's words. */
  readonly ours: boolean;
  /** @default "error" */
  readonly severity?: Severity;
}

/** A path without query, fragment and closing slash. */
export function plainPath(path: string): string {
  return path.replace(/[?#][^]*$/, "").replace(/(?<=.)\/$/, "");
}

/** Whether a path is one that only the library has. */
export function isOurPath(path: string): boolean {
  return /^(\/[^/]+)*\/status\/(live|startup)$/.test(plainPath(path)) || plainPath(path) === "/status";
}

/** What a path of the library asks; other paths have no role here. */
function ourRoleOf(path: string): Role | undefined {
  const plain = plainPath(path);
  if (/\/(status\/live|livez)$/.test(plain)) return "liveness";
  if (/\/(status\/startup|startupz)$/.test(plain)) return "startup";
  return /\/(status|readyz)$/.test(plain) ? "readiness" : undefined;
}

/** What a path asks by the names that services in general give; `undefined` if the name says nothing certain. */
export function roleOf(path: string): Role | undefined {
  const plain = plainPath(path).toLowerCase();
  if (/[/_.-](livez?|liveness|alive|is-?alive)$|\/-\/healthy$/.test(plain)) return "liveness";
  if (/[/_.-](startupz?|started)$/.test(plain)) return "startup";
  return /[/_.-](readyz?|readiness|is-?ready)$/.test(plain) || isOurPath(path) ? "readiness" : undefined;
}

/** Whether paths belong to a service that uses the library. */
export function areOurs(report: Report, paths: readonly (string | undefined)[]): boolean {
  return report.service.ours === true || paths.some((path) => path !== undefined && isOurPath(path));
}

/** Judges which probe a check asks, by its effects. */
export function judgePath(
  report: Report,
  effects: readonly Effect[],
  { path, at, context, edit }: AskedPath,
  { ours, severity = "error" }: PathRule,
): void {
  if (isTemplate(path)) return;
  const role = ours ? (ourRoleOf(path) ?? roleOf(path)) : roleOf(path);
  const restarts = effects.includes("restarts") || effects.includes("replaces");
  const bad = ours ? severity : "warning";
  const shown = (next: string): string => (context ? context.replace(path, next) : `path: ${next}`);
  if (restarts && (role === "readiness" || role === "startup"))
    report.add({
      rule: "liveness-on-readiness",
      severity: bad,
      at,
      what: `A check that restarts the service uses ${path}, which is a readiness path.`,
      why: "A service that loads, drains or waits for a dependency is restarted. The restart does not help.",
      fix: shown(siblingOf(path, "liveness", ours)),
      ...(ours && edit?.(siblingOf(path, "liveness", ours))),
    });
  else if (!restarts && effects.includes("routes") && role === "liveness")
    report.add({
      rule: "readiness-on-liveness",
      severity: bad,
      at,
      what: `A check that routes traffic uses ${path}, which is a liveness path.`,
      why: "It passes before the service is ready, so requests come too early.",
      fix: shown(siblingOf(path, "readiness", ours)),
      ...(ours && edit?.(siblingOf(path, "readiness", ours))),
    });
  else if (ours && !restarts && !effects.includes("routes") && effects.includes("waits") && role === "liveness")
    report.add({
      rule: "startup-on-liveness",
      severity,
      at,
      what: `A check that waits for the start uses ${path}.`,
      why: "This path answers 200 before the data is loaded, so the check does not wait for it.",
      fix: shown(siblingOf(path, "startup", ours)),
      ...edit?.(siblingOf(path, "startup", ours)),
    });
  else if (ours && role === undefined)
    report.add({
      rule: "unknown-path",
      severity: "note",
      at,
      what: `The library has no probe at ${path}.`,
      why: "If your service has no route at this path, the check gets a 404.",
      fix: `path: ${restarts ? "/status/live" : effects.includes("waits") && !effects.includes("routes") ? "/status/startup" : "/status"}`,
    });
}

/**
 * The path for another question beside this one. A service with the library has no others than those of the library.
 */
export function siblingOf(path: string, role: Role, ours = false): string {
  const plain = ours && ourRoleOf(path) === undefined ? "/status" : plainPath(path);
  const [, status, part] = /^(.*\/status)(\/(?:live|startup))?$/.exec(plain) ?? [];
  if (status !== undefined && (part !== undefined || isOurPath(plain)))
    return { readiness: status, liveness: `${status}/live`, startup: `${status}/startup` }[role];
  const folder = plain.replace(/\/[^/]*$/, "");
  if (/z$/.test(plain)) return `${folder}/${{ readiness: "readyz", liveness: "livez", startup: "startupz" }[role]}`;
  if (/\/(liveness|readiness)$/.test(plain)) return `${folder}/${role}`;
  return `${folder}/${{ readiness: "ready", liveness: "live", startup: "started" }[role]}`;
}

/** Whether a question can be answered with a failure while the data loads. Liveness paths answer at once. */
export function canFailInLoad(path: string | undefined): boolean {
  return path === undefined || roleOf(path) !== "liveness";
}
