import { LIVENESS, type Budget, type Fit } from "./fit.ts";
import type { Plan } from "./plan.ts";

/** One probe of a container. */
export interface KubeletProbe {
  readonly path: string;
  /** By the field's name in the Probe API object. */
  readonly numbers: Readonly<Record<string, number>>;
}

/** The three probes with the kubelet's field names, which Azure Container Apps has too. */
export function kubeletProbes(
  plan: Plan,
  startup: Budget,
  ready: Fit,
): Readonly<Record<"startup" | "readiness" | "liveness", KubeletProbe>> {
  return {
    startup: {
      path: plan.paths.startup,
      numbers: { periodSeconds: startup.period, timeoutSeconds: 3, failureThreshold: startup.failures },
    },
    readiness: {
      path: plan.paths.readiness,
      numbers: {
        periodSeconds: ready.interval,
        timeoutSeconds: ready.timeout,
        failureThreshold: ready.failures,
        successThreshold: 1,
      },
    },
    liveness: {
      path: plan.paths.liveness,
      numbers: {
        periodSeconds: LIVENESS.period,
        timeoutSeconds: LIVENESS.timeout,
        failureThreshold: LIVENESS.failures,
      },
    },
  };
}
