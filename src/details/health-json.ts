import { cutText } from "../option/invalid-option.ts";
import { messageOf } from "../resource/print.ts";
import type { Report, Reported } from "./report.ts";

/** The largest number of checks. The others are only counted. */
const MOST_CHECKS = 100;

/**
 * The health+json form (draft-inadarei-api-health-check). It has a status (`pass`, `warn` or `fail`) and one check for
 * each resource or heartbeat, with the worst first. A key is, for example, `index:age`.
 */
export function toHealthJson({ probe, verdict, resources, heartbeats, heldIn }: Report): string {
  const checks = [
    ...heartbeats.map(([name, overdue]) => [`${name}:heartbeat`, [{ status: overdue ? "fail" : "pass" }]] as const),
    ...resources.map((resource) => [`${resource.name}:age`, [checkOf(resource)]] as const),
  ];
  return JSON.stringify({
    status: !verdict.ok ? "fail" : probe !== "liveness" && verdict.worst !== "READY" ? "warn" : "pass",
    ...(verdict.outcome === "draining" && { output: "draining" }),
    ...(heldIn && { output: "held in by the fleet" }),
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
    ...(snapshot.origin !== undefined && { origin: snapshot.origin }),
    ...(snapshot.rejected !== undefined && { rejected: snapshot.rejected }),
    refreshing: snapshot.refreshing,
    attempt: snapshot.attempt,
    ...(snapshot.generation > 0 && { longestLoad: toSeconds(longestLoad) }),
    limits: {
      refreshEvery: toSeconds(limits.refreshEvery),
      staleAfter: toSeconds(limits.staleAfter),
      refuseAfter: toSeconds(limits.refuseAfter),
    },
    ...(lastError && { output: cutText(messageOf(lastError.error)) }),
  };
}

/** `null` for never. */
function toSeconds(ms: number): number | null {
  return ms === Infinity ? null : ms / 1_000;
}
