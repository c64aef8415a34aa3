import type { Probe } from "../answer/paths.ts";
import type { Registry } from "../health/registry.ts";
import type { ProbeOutcome, Verdict } from "../health/verdict.ts";
import { UNPLANNED_RETRY_SECONDS } from "../state/retry-after.ts";

/** Returns the current answer of each probe. It does not start the health. */
export function verdictsNow(registry: Registry): Readonly<Record<Probe, Verdict>> {
  if (registry.phase !== "idle")
    return { readiness: registry.readiness(), liveness: registry.liveness(), startup: registry.startup() };
  const { readiness, liveness, startup } = registry.outcomes();
  return { readiness: verdictOf(readiness), liveness: verdictOf(liveness), startup: verdictOf(startup) };
}

function verdictOf(outcome: ProbeOutcome): Verdict {
  const ok = outcome === "ok";
  return {
    ok,
    outcome,
    worst: ok ? "READY" : "NOT_LOADED",
    retryAfter: ok ? undefined : UNPLANNED_RETRY_SECONDS,
  };
}
