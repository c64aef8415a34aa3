import { kubernetes } from "../../src/probers/index.ts";
import type { Report } from "./finding.ts";
import { judgeGrace } from "./kubernetes-grace.ts";
import { probeOf, sureText, type Probe } from "./kubernetes-probe.ts";
import { judgePath, livePathFor, roleOf, startPathFor } from "./role.ts";
import { judgeStale } from "./stale.ts";
import type { Tree } from "./tree.ts";

/** Where the kinds keep their pod; `undefined` for kinds without one. */
const POD_AT: Readonly<Record<string, readonly string[]>> = {
  Pod: ["spec"],
  Deployment: ["spec", "template", "spec"],
  StatefulSet: ["spec", "template", "spec"],
  DaemonSet: ["spec", "template", "spec"],
  ReplicaSet: ["spec", "template", "spec"],
  ReplicationController: ["spec", "template", "spec"],
  Job: ["spec", "template", "spec"],
  CronJob: ["spec", "jobTemplate", "spec", "template", "spec"],
};

/** Judges one document of a manifest; documents without a pod are left alone. */
export function judgeKubernetes(report: Report, root: Tree): void {
  const kind = root.get("kind").text ?? "";
  if (kind === "List")
    return root
      .get("items")
      .items()
      .forEach((item) => judgeKubernetes(report, item));
  const at = POD_AT[kind];
  if (!at) return;
  const pod = root.get(...at);
  const serves = kind !== "Job" && kind !== "CronJob";
  for (const container of pod.get("containers").items()) judgeContainer(report, container, serves);
  // An init container that is always restarted is a sidecar, and may have probes.
  for (const container of pod.get("initContainers").items())
    if (container.get("restartPolicy").text === "Always") judgeContainer(report, container, false);
  judgeGrace(report, pod);
}

function judgeContainer(report: Report, container: Tree, serves: boolean): void {
  const startup = probeOf(report, container, "startupProbe");
  const readiness = probeOf(report, container, "readinessProbe");
  const liveness = probeOf(report, container, "livenessProbe");
  if (startup) judgeStartup(report, startup);
  if (readiness) {
    if (readiness.path !== undefined) judgePath(report, ["routes"], readiness.path, readiness.pathAt);
    judgeStale(report, kubernetes, readiness.path, readiness.pathAt);
    if (readiness.failures === 1)
      report.add(
        "aggressive-threshold",
        "note",
        readiness.tree.get("failureThreshold"),
        "One slow answer takes the pod out of the Service.",
        "failureThreshold: 2",
      );
  } else if (serves && container.get("ports").items().length > 0 && (startup ?? liveness))
    report.add(
      "no-readiness",
      "warning",
      container,
      "Without a readinessProbe traffic comes as soon as the container runs.",
      "readinessProbe: { httpGet: { path: /status, port: ... } }",
    );
  if (liveness) judgeLiveness(report, liveness, startup, readiness);
}

function judgeStartup(report: Report, startup: Probe): void {
  const { loadSeconds } = report.service;
  if (startup.path !== undefined) judgePath(report, ["waits"], startup.path, startup.pathAt);
  if (loadSeconds !== undefined && startup.sure < loadSeconds && roleOf(startup.path ?? "") !== "liveness")
    report.add(
      "startup-budget-short",
      "error",
      startup.tree.get("failureThreshold"),
      `It can kill after ${sureText(startup)} s, and the load takes up to ${loadSeconds} s: the container restarts for ever.`,
      `failureThreshold: ${Math.ceil((1.5 * loadSeconds) / startup.period) + 1}`,
    );
}

function judgeLiveness(
  report: Report,
  liveness: Probe,
  startup: Probe | undefined,
  readiness: Probe | undefined,
): void {
  const { loadSeconds } = report.service;
  const { path, pathAt } = liveness;
  if (path !== undefined) {
    const same = readiness?.path === path && roleOf(path) === undefined;
    if (same)
      report.add(
        "liveness-on-readiness",
        "error",
        pathAt,
        `It asks what readiness asks, so a pod that should only get no traffic is killed too.`,
        livePathFor(path),
      );
    else judgePath(report, ["restarts"], path, pathAt);
  }
  const protectedByStartup = startup !== undefined && roleOf(startup.path ?? "") !== "liveness";
  if (
    !protectedByStartup &&
    path !== undefined &&
    roleOf(path) !== "liveness" &&
    !(loadSeconds !== undefined && liveness.sure >= loadSeconds)
  )
    report.add(
      "liveness-during-load",
      loadSeconds === undefined ? "warning" : "error",
      liveness.tree,
      loadSeconds === undefined
        ? `Nothing holds it back during the load, and it can kill after ${sureText(liveness)} s.`
        : `It can kill after ${sureText(liveness)} s, and the load takes up to ${loadSeconds} s.`,
      `startupProbe: { httpGet: { path: ${startPathFor(path)}, ... }, periodSeconds: 5, failureThreshold: ${Math.ceil((1.5 * (loadSeconds ?? 60)) / 5) + 1} }`,
    );
  if (!startup && liveness.delay > 0)
    report.add(
      "initial-delay",
      "note",
      liveness.tree.get("initialDelaySeconds"),
      "A fixed delay is too long on a good day and too short on a bad one.",
      "a startupProbe",
    );
  const stall = (liveness.failures - 1) * liveness.period + liveness.timeout;
  if (liveness.failures === 1 || stall < 10)
    report.add(
      "aggressive-threshold",
      "warning",
      liveness.failures === 1 ? liveness.tree.get("failureThreshold") : liveness.tree,
      `A stall of (${liveness.failures} - 1) x ${liveness.period} + ${liveness.timeout} = ${stall} s kills the container, and a garbage collection or a throttled CPU can take that long.`,
      "periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3",
    );
}
