import type { LoadError } from "../state/facts.ts";
import type { Report, Reported } from "./details.ts";

/** As many checks as fit a screen; the rest is counted. */
const MOST_CHECKS = 100;

/**
 * The health+json form (draft-inadarei-api-health-check): `pass`, `warn` or `fail`, and a check per
 * resource, keyed `index:age` in seconds, the worst first.
 */
export function toHealthJson({ probe, verdict, resources, heartbeats }: Report): string {
  const checks = [
    ...heartbeats.map(([name, overdue]) => [`${name}:heartbeat`, [{ status: overdue ? "fail" : "pass" }]] as const),
    ...resources.map((resource) => [`${resource.name}:age`, [checkOf(resource)]] as const),
  ];
  return JSON.stringify({
    status: verdict.retryAfter ? "fail" : probe !== "liveness" && verdict.worst !== "READY" ? "warn" : "pass",
    ...(verdict.word === "draining" && { output: "draining" }),
    checks: Object.fromEntries(checks.slice(0, MOST_CHECKS)),
    ...(checks.length > MOST_CHECKS && { omitted: checks.length - MOST_CHECKS }),
  });
}

function checkOf({ state, required, refused, facts }: Reported): object {
  const status = refused ? "fail" : state === "STALE" ? "warn" : "pass";
  if (!facts) return { status, state, required, observedUnit: "s", output: "expected, and not registered" };
  const { snapshot, limits, longestLoad } = facts;
  const { age, checkedAt, lastError } = snapshot;
  return {
    status,
    state,
    required,
    ...(age !== undefined && { observedValue: toSeconds(age) }),
    observedUnit: "s",
    ...(checkedAt !== undefined && { time: new Date(checkedAt).toISOString() }),
    generation: snapshot.generation,
    ...(snapshot.revision !== undefined && { revision: snapshot.revision }),
    refreshing: snapshot.refreshing,
    attempt: snapshot.attempt,
    ...(snapshot.generation > 0 && { longestLoad: toSeconds(longestLoad) }),
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
    // String(), for a message may be anything, too.
    return String(error instanceof Error ? error.message : error);
  } catch {
    return "an error that cannot be shown";
  }
}
