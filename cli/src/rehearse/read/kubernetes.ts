import { pauseOf } from "../../doctor/format/kubernetes-grace.ts";
import { probeOf, type Probe, type ProbeName } from "../../doctor/format/kubernetes-probe.ts";
import { createReport } from "../../doctor/model/report.ts";
import type { Tree } from "../../doctor/model/tree.ts";
import type { KubeletProbe } from "../../simulate/index.ts";
import type { Knob, KnobName, Reading, Workload } from "../model/spec.ts";
import { assumeAlone, mainOf, type Choice } from "./container.ts";
import { handlerText, hookOf, questionOf } from "./kubernetes-handler.ts";
import { Assumptions, isOurs } from "./question.ts";

const NAMES = { startup: "startupProbe", readiness: "readinessProbe", liveness: "livenessProbe" } as const;
type Role = keyof typeof NAMES;
const ROLES: readonly Role[] = ["startup", "readiness", "liveness"];

/** What Knative does at the end of a pod (knative/serving, queue-proxy and the revision's timeoutSeconds). */
const KNATIVE = { drainSeconds: 30, graceSeconds: 300 };

/** Reads the workloads of a document: objects with a pod template, and pods. Jobs serve no requests. */
export function kubernetesWorkloads(root: Tree, reading: Reading): readonly Workload[] {
  const kind = root.get("kind").text ?? "";
  if (/List$/.test(kind) && root.get("items").isList)
    return root
      .get("items")
      .items()
      .flatMap((item) => kubernetesWorkloads(item, reading));
  if (/Job$|Workflow|Pipeline|Task/.test(kind)) return [];
  const spec = root.get("spec");
  const pod = kind === "Pod" ? spec : spec.get("template", "spec");
  const main = mainOf(pod.get("containers").items(), reading, choiceOf(root, pod));
  return main ? [workloadOf(root, pod, main, reading)] : [];
}

/** The facts that select a container of a pod. */
function choiceOf(root: Tree, pod: Tree): Choice {
  const key = "kubectl.kubernetes.io/default-container";
  const template = root.get("spec", "template", "metadata", "annotations", key).text;
  return {
    named: template ?? (pod.field === "spec" ? root.get("metadata", "annotations", key).text : undefined),
    nameOf: (container) => container.get("name"),
    imageOf: (container) => container.get("image"),
    hasCheck: (container) => ROLES.some((role) => container.get(NAMES[role]).here),
    hasPorts: (container) => container.get("ports").here,
  };
}

function workloadOf(root: Tree, pod: Tree, container: Tree, reading: Reading): Workload {
  const kind = root.get("kind").text ?? "";
  const assumed = new Assumptions();
  const { report } = createReport({});
  const hostNetwork = pod.get("hostNetwork").value === true;
  const probes: Partial<Record<Role, KubeletProbe>> = {};
  const handlers: Partial<Record<Role, string>> = {};
  const paths: Partial<Record<Role, string>> = {};
  const knobs: { [K in KnobName]?: Knob } = {};
  const asked: Tree[] = [];
  for (const role of ROLES) {
    const name: ProbeName = NAMES[role];
    const probe = probeOf(report, { tree: container, partial: false, hostNetwork }, name);
    if (!probe || probe.kind === "none") {
      knobs[`${role}.here`] = { line: container.line };
      continue;
    }
    const { question, path } = questionOf(probe, reading, assumed);
    probes[role] = { ...question, ...numbersOf(probe) };
    handlers[role] = handlerText(probe);
    asked.push(probe.at.get("port"));
    if (path !== undefined) paths[role] = path;
    const field = (key: string): Knob => ({
      line: probe.tree.get(key).here ? probe.tree.get(key).line : probe.tree.line,
      written: probe.tree.get(key).written,
    });
    knobs[`${role}.period`] = field("periodSeconds");
    knobs[`${role}.timeout`] = field("timeoutSeconds");
    knobs[`${role}.failures`] = field("failureThreshold");
    if (probe.asked) knobs[`${role}.path`] = { line: probe.asked.at.line, written: path };
  }
  assumeAlone(pod.get("containers").items(), container, choiceOf(root, pod), assumed);
  assumeStart(root, pod, assumed);
  const replicas = replicasOf(root, kind, reading, assumed);
  const grace = pod.get("terminationGracePeriodSeconds");
  const hook = container.get("lifecycle", "preStop");
  knobs.replicas = knobOf(root.get("spec", "replicas"));
  knobs.grace = knobOf(grace, pod);
  knobs.preStop = { line: hook.here ? hook.line : container.line, written: hookOf(hook) };
  // A Service that holds containers is one of Knative. It takes no hook, because its own proxy drains.
  const isKnative = kind === "Service";
  if (isKnative)
    assumed.add(
      `the proxy of Knative lets requests end for ${KNATIVE.drainSeconds} s before SIGTERM, and takes no hook`,
    );
  const rolling = rollingOf(root, kind, replicas);
  knobs.surge = {
    line: rolling.at.here ? rolling.at.line : root.get("spec").line,
    written: rolling.at.get("type").text === "Recreate" ? "Recreate" : rolling.at.here ? "said" : undefined,
  };
  knobs.unavailable = knobs.surge;
  const name = root.get("metadata", "name").written;
  return {
    file: root.file,
    line: root.line,
    name: name === undefined ? kind : `${kind} ${name}`,
    kind,
    platform: "kubernetes",
    port: portOf(container, asked),
    ours: isOurs(Object.values(paths)),
    spec: {
      replicas,
      router: "kubernetes",
      probes,
      graceSeconds: typeof grace.value === "number" ? grace.value : isKnative ? KNATIVE.graceSeconds : 30,
      preStopSeconds: pauseOf(report, hook) ?? (isKnative ? KNATIVE.drainSeconds : 0),
      told: true,
      maxSurge: rolling.maxSurge,
      maxUnavailable: rolling.maxUnavailable,
    },
    knobs,
    handlers,
    paths,
    assumed: assumed.all,
  };
}

/** Returns the port of a container, or else the port of a probe. */
function portOf(container: Tree, asked: readonly Tree[]): number | undefined {
  const named = container.get("ports").items()[0]?.get("containerPort").value;
  return [named, ...asked.map(({ value }) => value)].find((value) => typeof value === "number");
}

function numbersOf(probe: Probe): Omit<KubeletProbe, "asks"> {
  const success = probe.tree.get("successThreshold").value;
  return {
    initialDelaySeconds: probe.delay,
    periodSeconds: probe.period,
    timeoutSeconds: probe.timeout,
    failureThreshold: probe.failures,
    ...(typeof success === "number" && { successThreshold: success }),
  };
}

function replicasOf(root: Tree, kind: string, reading: Reading, assumed: Assumptions): number {
  if (reading.replicas !== undefined) return reading.replicas;
  const { value } = root.get("spec", "replicas");
  if (typeof value === "number" && value >= 1) return value;
  if (value === 0) {
    assumed.add("the file has 0 replicas, but 1 is simulated (--replicas)");
    return 1;
  }
  if (kind === "Deployment" || kind === "StatefulSet" || kind === "Pod") {
    assumed.add("the file sets no number of replicas, so there is 1 (--replicas)");
    return 1;
  }
  assumed.add("there are 3 replicas (--replicas)");
  return 3;
}

/** Names the steps before the start of the container that are not simulated. */
function assumeStart(root: Tree, pod: Tree, assumed: Assumptions): void {
  const before = pod
    .get("initContainers")
    .items()
    .filter((each) => each.get("restartPolicy").text !== "Always")
    .map((each) => each.get("name").written ?? "one without a name");
  if (before.length > 0)
    assumed.add(`the init container${before.length > 1 ? "s" : ""} ${before.join(", ")} take no time`);
  if (root.get("kind").text === "StatefulSet" && root.get("spec", "podManagementPolicy").text !== "Parallel")
    assumed.add(
      "the replicas start together, although without podManagementPolicy: Parallel each one waits for the one before",
    );
  if (root.get("spec", "minReadySeconds").here)
    assumed.add("a deploy continues as soon as a replica is ready, because minReadySeconds is not simulated");
}

/** Reads the rolling update. A percentage rounds up for maxSurge and down for maxUnavailable. */
function rollingOf(
  root: Tree,
  kind: string,
  replicas: number,
): { readonly at: Tree; readonly maxSurge: number; readonly maxUnavailable: number } {
  const strategy = root.get("spec").any("strategy", "updateStrategy");
  const at = strategy.get("rollingUpdate").here ? strategy.get("rollingUpdate") : strategy;
  if (strategy.get("type").text === "Recreate") return { at, maxSurge: 0, maxUnavailable: replicas };
  if (kind === "StatefulSet" || kind === "Pod") return { at, maxSurge: 0, maxUnavailable: 1 };
  const count = (tree: Tree, otherwise: string, round: (value: number) => number): number => {
    const written = /^\d+%?$/.test(tree.written ?? "") ? `${tree.written}` : otherwise;
    return written.endsWith("%") ? round((Number.parseFloat(written) / 100) * replicas) : Number(written);
  };
  const source = at.get("maxSurge").here || at.get("maxUnavailable").here ? at : strategy.get("canary");
  const isDaemon = kind === "DaemonSet";
  const maxSurge = count(source.get("maxSurge"), isDaemon ? "0" : "25%", Math.ceil);
  const maxUnavailable = count(source.get("maxUnavailable"), isDaemon ? "1" : "25%", Math.floor);
  // The API server uses 1 for one of the two if both are 0.
  return { at, maxSurge, maxUnavailable: maxSurge + maxUnavailable === 0 ? 1 : maxUnavailable };
}

function knobOf(tree: Tree, otherwise: Tree = tree): Knob {
  return { line: tree.here ? tree.line : otherwise.line, written: tree.written };
}
