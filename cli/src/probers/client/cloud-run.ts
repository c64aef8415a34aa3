import { budgetOf, LIVENESS } from "../model/fit.ts";
import type { Prober } from "../model/prober.ts";
import { comment, linesOf } from "../model/text.ts";

/** Google Cloud Run; names as in the Knative service YAML. */
export const cloudRun: Prober<"periodSeconds" | "timeoutSeconds" | "failureThreshold" | "initialDelaySeconds"> = {
  name: "cloud-run",
  title: "Google Cloud Run",
  sent: { method: "GET", httpVersion: "1.1", host: "unknown", headers: {}, connection: "unknown" },
  passes: { statuses: [[200, 399]] },
  body: { match: "none" },
  redirects: "unknown",
  settings: {
    periodSeconds: { value: 10, least: 1, most: 240 },
    timeoutSeconds: { value: 1, least: 1, most: 240 },
    failureThreshold: { value: 3, least: 1 },
    initialDelaySeconds: { value: 0, least: 0, most: 240 },
  },
  checks: [["waits"], ["restarts"]],
  onFailure: "startup: the instance is shut down; liveness: the instance gets SIGKILL, and its open requests get 503",
  allDown: { traffic: "none", text: "requests wait or get 503; restarts are rate limited" },
  notes: [
    "Without a startup probe, Cloud Run only waits until the port accepts a TCP connection, for at most 240 s.",
    "failureThreshold x periodSeconds of the startup probe is at most 600 s (240 s on older platforms).",
    "timeoutSeconds must be at most periodSeconds.",
  ],
  sources: ["Google Cloud Run documentation, healthchecks"],
  sure: ["doc"],
  configure: (plan) => {
    const startup = budgetOf("cloud-run", plan, 5, 600);
    const warnings =
      startup.failures * startup.period > 240
        ? [`The startup probe allows ${startup.failures * startup.period} s. Older platforms accept at most 240 s.`]
        : [];
    const text = linesOf(
      ...(warnings.length > 0 ? [comment("#", ...warnings)] : []),
      "apiVersion: serving.knative.dev/v1",
      "kind: Service",
      "metadata:",
      "  name: app",
      "spec:",
      "  template:",
      "    spec:",
      "      containers:",
      "        - image: example.test/app:1",
      "          ports:",
      `            - containerPort: ${plan.port}`,
      comment(
        "          #",
        "Holds back traffic until the first load has ended. Cloud Run has no readiness probe.",
        `failureThreshold: ${startup.why}. ${startup.failures} x ${startup.period} s = ${startup.failures * startup.period} s, and at most 600 s are accepted.`,
      ),
      "          startupProbe:",
      "            httpGet:",
      `              path: ${plan.paths.startup}`,
      `              port: ${plan.port}`,
      `            periodSeconds: ${startup.period}`,
      "            timeoutSeconds: 3",
      `            failureThreshold: ${startup.failures}`,
      comment("          #", `Restarts the instance, so it does not depend on the data. ${LIVENESS.why}.`),
      "          livenessProbe:",
      "            httpGet:",
      `              path: ${plan.paths.liveness}`,
      `              port: ${plan.port}`,
      `            periodSeconds: ${LIVENESS.period}`,
      `            timeoutSeconds: ${LIVENESS.timeout}`,
      `            failureThreshold: ${LIVENESS.failures}`,
    );
    return [{ file: "service.yaml", format: "yaml", text, warnings }];
  },
};
