import type { Effect } from "../../src/probers/index.ts";
import type { Place, Report, Severity } from "./finding.ts";

/** What a path answers, by the names that services give; `undefined` for one that says nothing. */
export function roleOf(path: string): "liveness" | "readiness" | "startup" | undefined {
  const plain = path
    .replace(/[?#].*$/, "")
    .replace(/\/$/, "")
    .toLowerCase();
  if (/\/(live|livez|liveness|alive|ping)$/.test(plain)) return "liveness";
  if (/\/(startup|startupz|started)$/.test(plain)) return "startup";
  if (/\/(status|ready|readyz|readiness)$/.test(plain)) return "readiness";
  return undefined;
}

/** Judges which probe a check asks, by what it brings about. */
export function judgePath(
  report: Report,
  effects: readonly Effect[],
  path: string,
  at: Place,
  severity: Severity = "error",
): void {
  const role = roleOf(path);
  const restarts = effects.includes("restarts") || effects.includes("replaces");
  if (restarts && (role === "readiness" || role === "startup"))
    report.add(
      "liveness-on-readiness",
      severity,
      at,
      `${path} answers 503 while data loads, is stale or drains, and a restart cures none of them: it only starts the load again.`,
      livePathFor(path),
    );
  else if (!restarts && effects.includes("routes") && role === "liveness")
    report.add(
      "readiness-on-liveness",
      "error",
      at,
      `${path} answers 200 before anything is loaded, so traffic comes too early.`,
      readyPathFor(path),
    );
  else if (!restarts && effects.includes("waits") && !effects.includes("routes") && role === "liveness")
    report.add(
      "startup-on-liveness",
      "error",
      at,
      `${path} answers 200 at once, so the check is over before the load and protects nothing.`,
      startPathFor(path),
    );
  else if (role === undefined) {
    const own = restarts ? "/status/live" : effects.includes("routes") ? "/status" : "/status/startup";
    report.add(
      "unknown-path",
      "note",
      at,
      `No probe is known by ${path}: unless one was put there, a 404 or an answer of the application's decides.`,
      `${own}, or a path that createHealth({ paths }) names`,
    );
  }
}

/** The liveness path beside this one, as the library names them. */
export function livePathFor(path: string): string {
  return sibling(path, "live");
}

/** The startup path beside this one. */
export function startPathFor(path: string): string {
  return sibling(path, "startup");
}

/** The readiness path beside this one. */
export function readyPathFor(path: string): string {
  return sibling(path, "ready");
}

function sibling(path: string, want: "live" | "startup" | "ready"): string {
  const plain = path.replace(/[?#].*$/, "").replace(/\/$/, "");
  const status = /^(.*\/status)(\/(live|startup))?$/.exec(plain)?.[1];
  if (status !== undefined) return want === "ready" ? status : `${status}/${want}`;
  const folder = plain.replace(/\/[^/]*$/, "");
  if (/z$/.test(plain)) return `${folder}/${want}z`;
  return `${folder}/${want === "ready" ? "status" : `status/${want}`}`;
}
