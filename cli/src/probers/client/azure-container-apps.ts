import { budgetOf, fit, LIVENESS } from "../model/fit.ts";
import { ConfigRefusedError } from "../model/plan.ts";
import { kubeletProbes, type KubeletProbe } from "../model/kubelet-probes.ts";
import type { Prober } from "../model/prober.ts";
import { comment, linesOf, staleWords } from "../model/text.ts";

/** Azure Container Apps; names as in the container app YAML. */
export const azureContainerApps: Prober<
  "periodSeconds" | "timeoutSeconds" | "successThreshold" | "failureThreshold" | "initialDelaySeconds"
> = {
  name: "azure-container-apps",
  title: "Azure Container Apps",
  sent: { method: "GET", httpVersion: "1.1", host: "unknown", headers: {}, connection: "unknown" },
  passes: { statuses: [[200, 399]] },
  body: { match: "none" },
  redirects: "followed on the same host",
  settings: {
    periodSeconds: { value: 10, least: 1, most: 240 },
    timeoutSeconds: { value: 1, least: 1, most: 240 },
    successThreshold: { value: 1, least: 1, most: 10 },
    failureThreshold: { value: 3, least: 1, most: 10 },
    initialDelaySeconds: { value: 0, least: 0, most: 60 },
  },
  checks: [["waits"], ["routes"], ["restarts"]],
  onFailure: "readiness: no traffic; liveness and startup: the replica is restarted",
  allDown: { traffic: "none", text: "no replica is ready, and no replica gets requests" },
  notes: [
    "There are no exec and gRPC probes. A port must be a number.",
    "The default probes are TCP connects. They pass as soon as the process listens.",
    "failureThreshold accepts at most 10, so a long start needs a longer period.",
  ],
  sources: ["MicrosoftDocs/azure-docs container-apps/health-probes.md"],
  sure: ["doc", "mem"],
  configure: (plan) => {
    // At most 10 failures: a longer start needs a longer period.
    const most = azureContainerApps.settings.failureThreshold.most ?? 10;
    const period = Math.max(5, Math.ceil((1.5 * plan.loadSeconds) / (most - 1)));
    if (period > 240)
      throw new ConfigRefusedError(
        "azure-container-apps",
        `a load of ${plan.loadSeconds} s needs a period of ${period} s, but it accepts at most 240 s, and at most ${most} failures`,
      );
    const startup = budgetOf("azure-container-apps", plan, period, most * period);
    const ready = fit("azure-container-apps", plan, {
      interval: { best: 5, least: 1 },
      timeout: { best: 3, least: 1 },
    });
    const probes = kubeletProbes(plan, startup, ready);
    const probe = (type: string, { path, numbers }: KubeletProbe, why: string): string[] => [
      ...comment("          #", why),
      `          - type: ${type}`,
      "            httpGet:",
      `              path: ${path}`,
      `              port: ${plan.port}`,
      ...Object.entries(numbers).map(([field, value]) => `            ${field}: ${value}`),
    ];
    const text = linesOf(
      comment("#", staleWords(azureContainerApps, plan)),
      "properties:",
      "  template:",
      "    containers:",
      "      - name: app",
      "        image: example.test/app:1",
      "        probes:",
      probe(
        "Startup",
        probes.startup,
        `periodSeconds: max(5, ceil(1.5 x ${plan.loadSeconds} s load / (10 - 1))) = ${period} s, because failureThreshold is at most 10. failureThreshold: ${startup.why}.`,
      ),
      probe("Readiness", probes.readiness, `Decides about traffic. ${ready.why}.`),
      probe("Liveness", probes.liveness, `Restarts the replica, so it does not depend on the data. ${LIVENESS.why}.`),
    );
    return [{ file: "containerapp.yaml", format: "yaml", text, warnings: [] }];
  },
};
