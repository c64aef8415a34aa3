import { budgetOf, fit, LIVENESS } from "../../probers/model/fit.ts";
import { planOf } from "../../probers/model/plan.ts";
import type { ScenarioDefaults } from "./definition.ts";
import type { Setup } from "../model/setup.ts";

export const MINUTE = 60;

/** The kubelet's probes as `health-state config kubernetes` writes them; a test compares the two. */
export function generatedProbes(loadSeconds: number): Setup["probes"] {
  const plan = planOf({ loadTime: Math.ceil(loadSeconds) * 1_000 });
  const budget = budgetOf("kubernetes", plan);
  const ready = fit("kubernetes", plan, { interval: { best: 5, least: 1 }, timeout: { best: 3, least: 1 } });
  return {
    startup: {
      asks: "startup",
      periodSeconds: budget.period,
      timeoutSeconds: 3,
      failureThreshold: budget.failures,
    },
    readiness: {
      asks: "readiness",
      periodSeconds: ready.interval,
      timeoutSeconds: ready.timeout,
      failureThreshold: ready.failures,
    },
    liveness: {
      asks: "liveness",
      periodSeconds: LIVENESS.period,
      timeoutSeconds: LIVENESS.timeout,
      failureThreshold: LIVENESS.failures,
    },
  };
}

/** The common part of most scenarios. Data is refreshed every minute, or less often if a load is slow. */
export function baseOf({ replicas, durationSeconds, loadSeconds }: ScenarioDefaults): Setup {
  const everySeconds = Math.max(MINUTE, 2 * loadSeconds);
  return {
    replicas,
    durationSeconds,
    load: { firstSeconds: loadSeconds },
    limits: {
      refreshEvery: everySeconds * 1_000,
      staleAfter: 3 * everySeconds * 1_000,
      timeout: 5 * everySeconds * 1_000,
    },
    router: "kubernetes",
    probes: generatedProbes(loadSeconds),
  };
}
