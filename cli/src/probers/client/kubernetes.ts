import { budgetOf, fit, LIVENESS } from "../model/fit.ts";
import type { Configuration, Plan } from "../model/plan.ts";
import { kubeletProbes, type KubeletProbe } from "../model/kubelet-probes.ts";
import type { Prober } from "../model/prober.ts";
import { comment, linesOf, staleWords } from "../model/text.ts";

/** The kubelet's httpGet probes; field names as in the Probe API object. */
export const kubernetes: Prober<
  | "periodSeconds"
  | "timeoutSeconds"
  | "successThreshold"
  | "failureThreshold"
  | "initialDelaySeconds"
  | "terminationGracePeriodSeconds"
> = {
  name: "kubernetes",
  title: "Kubernetes (kubelet httpGet)",
  sent: {
    method: "GET",
    httpVersion: "1.1 or 2",
    host: "pod IP:port",
    headers: { "user-agent": "kube-probe/<version>", accept: "*/*" },
    connection: "close",
  },
  passes: { statuses: [[200, 399]] },
  body: { match: "none", limit: 10_240 },
  redirects: "followed on the same host",
  settings: {
    periodSeconds: { value: 10, least: 1 },
    timeoutSeconds: { value: 1, least: 1 },
    successThreshold: { value: 1, least: 1 },
    failureThreshold: { value: 3, least: 1 },
    initialDelaySeconds: { value: 0, least: 0 },
    terminationGracePeriodSeconds: { value: 30, least: 0 },
  },
  checks: [["waits"], ["routes"], ["restarts"]],
  onFailure: "readiness: endpoint removed; liveness and startup: container killed and restarted with back-off",
  allDown: { traffic: "none", text: "a Service without ready endpoints rejects every connection (no panic mode)" },
  notes: [
    "A redirect to another host counts as a success with a warning.",
    "An answer whose body never ends moves no counter: the old verdict stays.",
    "successThreshold must be 1 for liveness and startup.",
    "The kill can come after (failureThreshold - 1) x periodSeconds, one period earlier than the product says.",
  ],
  sources: [
    "kubernetes/kubernetes pkg/kubelet/prober/{worker,prober,prober_manager}.go, pkg/probe/http",
    "kubernetes/website tasks/configure-pod-container/configure-liveness-readiness-startup-probes, KEP-1669",
  ],
  sure: ["src", "run", "doc"],
  configure: configureKubernetes,
};

/** Seconds after the drain for what is in flight, and then for the process to end, before SIGKILL. */
const IN_FLIGHT = 15;
const EXIT = 5;

/** The whole grace period: the drain, what is in flight, the exit; never under Kubernetes' own 30 s. */
export function graceOf(plan: Plan): number {
  return Math.max(30, plan.drainSeconds + IN_FLIGHT + EXIT);
}

function configureKubernetes(plan: Plan): readonly Configuration[] {
  const startup = budgetOf("kubernetes", plan);
  const ready = fit("kubernetes", plan, { interval: { best: 5, least: 1 }, timeout: { best: 3, least: 1 } });
  const probes = kubeletProbes(plan, startup, ready);
  const at = "          ";
  const probe = (name: string, { path, numbers }: KubeletProbe, ...why: string[]): string[] => [
    ...comment(`${at}#`, ...why),
    `${at}${name}:`,
    `${at}  httpGet:`,
    `${at}    path: ${path}`,
    `${at}    port: http`,
    ...Object.entries(numbers).map(([field, value]) => `${at}  ${field}: ${value}`),
  ];
  const text = linesOf(
    comment("#", staleWords(kubernetes, plan)),
    "apiVersion: apps/v1",
    "kind: Deployment",
    "metadata:",
    "  name: app",
    "spec:",
    "  selector:",
    "    matchLabels:",
    "      app: app",
    "  template:",
    "    metadata:",
    "      labels:",
    "        app: app",
    "    spec:",
    comment(
      "      #",
      `max(30, ${plan.drainSeconds} s drain + ${IN_FLIGHT} s for what is in flight + ${EXIT} s to exit) = ${graceOf(plan)}. ` +
        "A pod that is deleted leaves the endpoints at once; the drain covers what the network still sends. " +
        `The service drains by itself on SIGTERM: drainOnSignal(server, health, { delay: "${plan.drainSeconds}s" }).`,
    ),
    `      terminationGracePeriodSeconds: ${graceOf(plan)}`,
    "      containers:",
    "        - name: app",
    "          image: example.test/app:1",
    "          ports:",
    "            - name: http",
    `              containerPort: ${plan.port}`,
    probe(
      "startupProbe",
      probes.startup,
      "Waits for the first load; until then the other two are not asked.",
      `failureThreshold: ${startup.why}.`,
    ),
    probe("readinessProbe", probes.readiness, `Routes: ${ready.why}.`),
    probe("livenessProbe", probes.liveness, `Restarts, so it knows nothing of data; ${LIVENESS.why}.`),
  );
  return [{ file: "deployment.yaml", format: "yaml", text, warnings: [] }];
}
