import type { LoadError } from "../state/facts.ts";
import type { Report, Reported } from "./details.ts";

/** As many checks as fit a screen; the rest is counted. */
const MOST_CHECKS = 100;

/**
 * The health+json form (draft-inadarei-api-health-check): `pass`, `warn` or `fail`, and a check per
 * resource, keyed `index:age` in seconds, the worst first.
 */
export function toHealthJson({ ruling, resources, heartbeats }: Report): string {
  const { probe, verdict, retryAfter } = ruling;
  const shown = resources.slice(0, MOST_CHECKS);
  const checks = Object.fromEntries([
    ...(probe === "liveness" ? heartbeats.map(([name, overdue]) => [`${name}:heartbeat`, [{ status: overdue ? "fail" : "pass" }]]) : []),
    ...shown.map((resource) => [`${resource.snapshot.name}:age`, [checkOf(resource)]]),
  ]);
  return JSON.stringify({
    status: retryAfter ? "fail" : probe !== "liveness" && verdict.worst === "STALE" ? "warn" : "pass",
    checks,
    ...(resources.length > shown.length && { omitted: resources.length - shown.length }),
  });
}

function checkOf({ snapshot, refused, limits }: Reported): object {
  const { age, state, checkedAt, lastError } = snapshot;
  return {
    status: refused ? "fail" : state === "STALE" ? "warn" : "pass",
    state,
    required: snapshot.required,
    ...(age !== undefined && { observedValue: toSeconds(age) }),
    observedUnit: "s",
    ...(checkedAt !== undefined && { time: new Date(checkedAt).toISOString() }),
    generation: snapshot.generation,
    ...(snapshot.revision !== undefined && { revision: snapshot.revision }),
    refreshing: snapshot.refreshing,
    attempt: snapshot.attempt,
    limits: {
      refreshEvery: toSeconds(limits.refreshEvery),
      staleAfter: toSeconds(limits.staleAfter),
      refuseAfter: toSeconds(limits.refuseAfter),
    },
    ...(lastError && { output: textOf(lastError) }),
  };
}

/** `null` for never. */
function toSeconds(ms: number): number | null {
  return ms === Infinity ? null : ms / 1_000;
}

function textOf({ error }: LoadError): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return "an error that cannot be shown";
  }
}
