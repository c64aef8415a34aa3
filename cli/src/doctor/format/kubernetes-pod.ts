import { kubernetes } from "../../probers/index.ts";
import type { Report } from "../model/report.ts";
import { setEdit, type Tree } from "../model/tree.ts";
import { judgeStale, judgeTcp } from "../rule/balancer.ts";
import { areOurs, judgePath, roleOf } from "../rule/path.ts";
import { judgeGrace } from "./kubernetes-grace.ts";
import { judgeLiveness } from "./kubernetes-liveness.ts";
import { judgeMounts } from "./kubernetes-mount.ts";
import type { Container } from "./kubernetes-port.ts";
import { probeOf, sureText, type Probe } from "./kubernetes-probe.ts";

const PROBES = ["startupProbe", "readinessProbe", "livenessProbe"] as const;

/** Kinds whose pods Kubernetes makes as they stand. */
const STANDARD = /^(Pod|Deployment|StatefulSet|DaemonSet|ReplicaSet|Job|CronJob|DeploymentConfig|Rollout)$/;

/** A pod, and what kind of object holds it. */
export interface Pod {
  readonly tree: Tree;
  readonly kind: string;
  /** Whether it is part of a patch. */
  readonly patch: boolean;
}

/** Judges the containers of a pod. */
export function judgePod(report: Report, { tree, kind, patch }: Pod): void {
  const hostNetwork = tree.get("hostNetwork").value === true;
  const containers = tree.get("containers").items();
  const isGated = containers.some((container) => container.get("readinessProbe").here);
  const serves = !/Job$|Workflow|Task|Pipeline|Runner|Build/.test(kind) && !isKnative(tree, kind);
  for (const each of containers) {
    // A Pod is no template of a program that adds the image.
    const partial = patch || (kind !== "Pod" && !each.get("image").here);
    const container: Container = { tree: each, partial, hostNetwork, standard: STANDARD.test(kind) };
    const wants = serves && !(hostNetwork && /^(DaemonSet|Pod)$/.test(kind)) && takesTraffic(each, isGated);
    judgeContainer(report, tree, container, wants ? "traffic" : "none");
  }
  for (const each of tree.get("initContainers").items()) {
    // An init container that is always restarted is a sidecar, and may have probes.
    if (each.get("restartPolicy").text === "Always")
      judgeContainer(
        report,
        tree,
        { tree: each, partial: patch || !each.get("image").here, hostNetwork, standard: STANDARD.test(kind) },
        "none",
      );
    else judgeInit(report, each, patch);
  }
}

/** Knative puts a readiness probe on the port by itself. */
function isKnative(pod: Tree, kind: string): boolean {
  return (
    (kind === "Service" || kind === "Configuration" || kind === "Revision") && pod.get("containers").items().length > 0
  );
}

/** Whether requests come to a container: a port is not only for metrics or health, and it is no helper of another one. */
function takesTraffic(container: Tree, isGated: boolean): boolean {
  const ports = container.get("ports").items();
  const idle = /metric|prom|pprof|debug|jmx|profil|telemetry|health|liveness|probe/i;
  const helper =
    /exporter|proxy|sidecar|agent|istio|envoy|linkerd|vault|dind|cloud-?sql|oauth|fluent|collector|reload/i;
  if (ports.every((port) => idle.test(port.get("name").text ?? "") || port.get("protocol").text === "UDP"))
    return false;
  return !(isGated && helper.test(`${container.get("name").text} ${container.get("image").text}`));
}

function judgeInit(report: Report, container: Tree, patch: boolean): void {
  for (const name of PROBES) {
    const probe = container.get(name);
    if (!probe.here || patch) continue;
    report.seen(probe);
    report.add({
      rule: "init-probe",
      severity: "error",
      at: probe,
      what: `This init container has a ${name}, although it runs to its end.`,
      why: "The Kubernetes API server refuses the whole object.",
      fix: `no ${name} here, or restartPolicy: Always if it is a sidecar`,
    });
  }
}

function judgeContainer(report: Report, pod: Tree, container: Container, takes: "traffic" | "none"): void {
  const { tree, partial } = container;
  const startup = probeOf(report, container, "startupProbe");
  const readiness = probeOf(report, container, "readinessProbe");
  const liveness = probeOf(report, container, "livenessProbe");
  const ours = areOurs(report, [startup?.asked?.path, readiness?.asked?.path, liveness?.asked?.path]);
  if (startup) judgeStartup(report, startup, ours);
  if (readiness) judgeReadiness(report, readiness, ours);
  else if (takes === "traffic" && !partial) judgeMissing(report, tree, ours, liveness ?? startup);
  if (liveness) judgeLiveness(report, container, { liveness, startup, readiness }, ours);
  judgeGrace(report, pod, container, ours);
  if (ours) judgeMounts(report, pod, tree);
}

function judgeReadiness(report: Report, readiness: Probe, ours: boolean): void {
  const { asked, kind, tree, at, failures } = readiness;
  if (asked) {
    judgePath(report, ["routes"], asked, { ours });
    judgeStale(report, kubernetes, asked.path, asked.at);
  }
  if (kind === "tcp")
    judgeTcp(report, at, `readinessProbe:\n  httpGet: { path: ${ours ? "/status" : "/ready"}, port: ${portText(at)} }`);
  if (failures === 1 && tree.get("failureThreshold").here)
    report.add({
      rule: "aggressive-threshold",
      severity: "note",
      at: tree.get("failureThreshold"),
      what: "One failed check takes the pod out of the Service.",
      why: "One slow answer is enough for that.",
      fix: "failureThreshold: 2",
      ...setEdit(tree, "failureThreshold", "2"),
    });
}

function judgeMissing(report: Report, container: Tree, ours: boolean, other: Probe | undefined): void {
  const [port] = container.get("ports").items();
  const text = port?.get("name").written ?? port?.get("containerPort").written ?? "8080";
  report.add({
    rule: "no-readiness",
    severity: "warning",
    at: container,
    what: other ? "The container has ports and no readinessProbe." : "The container has ports and no probe at all.",
    why: "It gets requests as soon as its process runs, before it can answer them.",
    fix: `readinessProbe:\n  httpGet: { path: ${ours ? "/status" : "/ready"}, port: ${text} }\n  periodSeconds: 5\n  timeoutSeconds: 3`,
  });
}

function judgeStartup(report: Report, startup: Probe, ours: boolean): void {
  const { loadSeconds } = report.service;
  const { asked, whole, tree, at, kind } = startup;
  if (asked) judgePath(report, ["waits"], asked, { ours });
  if (kind === "tcp" && ours)
    judgeTcp(report, at, `startupProbe:\n  httpGet: { path: /status/startup, port: ${portText(at)} }`);
  const passesAtOnce = ours && (kind === "tcp" || roleOf(asked?.path ?? "") === "liveness");
  if (loadSeconds === undefined || startup.sure >= loadSeconds || passesAtOnce || !whole) return;
  const failures = `${Math.ceil((1.5 * loadSeconds) / startup.period) + 1}`;
  report.add({
    rule: "startup-budget-short",
    severity: "error",
    at: tree.get("failureThreshold"),
    what: `The startupProbe can give up after ${sureText(startup)} s, and the load takes up to ${loadSeconds} s.`,
    why: "The container is restarted while it loads, again and again.",
    fix: `failureThreshold: ${failures}`,
    ...setEdit(tree, "failureThreshold", failures),
  });
}

function portText(handler: Tree): string {
  return handler.get("port").written ?? "8080";
}
