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
  onFailure: "readiness: the pod gets no traffic; liveness and startup: the container is restarted with back-off",
  allDown: { traffic: "none", text: "a Service without ready endpoints rejects every connection" },
  notes: [
    "A redirect to another host passes, with a warning.",
    "If the body of an answer never ends, the attempt does not count, and the old result stays.",
    "successThreshold must be 1 for liveness and startup.",
    "A container can be killed after (failureThreshold - 1) x periodSeconds. That is one period earlier than failureThreshold x periodSeconds.",
  ],
  sources: [
    "kubernetes/kubernetes pkg/kubelet/prober/{worker,prober,prober_manager}.go, pkg/probe/http",
    "kubernetes/website tasks/configure-pod-container/configure-liveness-readiness-startup-probes, KEP-1669",
  ],
  sure: ["src", "run", "doc"],
  configure: configureKubernetes,
};

/** Seconds for the open requests after the drain, and then for the end of the process, before SIGKILL. */
const IN_FLIGHT = 15;
const EXIT = 5;

/** The grace period: the drain, the open requests and the exit. It is at least 30 s, the default of Kubernetes. */
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
      `max(30, ${plan.drainSeconds} s drain + ${IN_FLIGHT} s for open requests + ${EXIT} s to exit) = ${graceOf(plan)} s.`,
      "Kubernetes removes a deleted pod from the endpoints at once, but some nodes still send requests. The drain serves these requests.",
      `The service must drain on SIGTERM: drainOnSignal(server, health, { delay: "${plan.drainSeconds}s" }).`,
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
      "Waits for the first load. Until then, Kubernetes sends no other probe.",
      `failureThreshold: ${startup.why}.`,
    ),
    probe("readinessProbe", probes.readiness, `Decides about traffic. ${ready.why}.`),
    probe(
      "livenessProbe",
      probes.liveness,
      `Restarts the container, so it does not depend on the data. ${LIVENESS.why}.`,
    ),
  );
  return [{ file: "deployment.yaml", format: "yaml", text, warnings: [] }];
}
