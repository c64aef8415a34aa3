import { kubernetes } from "../../src/probers/index.ts";
import type { Report } from "./finding.ts";
import { judgeGrace } from "./kubernetes-grace.ts";
import { judgePath, livePathFor, roleOf, startPathFor } from "./role.ts";
import { judgeCommand } from "./shell.ts";
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

/** A probe as the kubelet will run it. */
interface Probe {
  readonly tree: Tree;
  readonly path: string | undefined;
  readonly pathAt: Tree;
  readonly period: number;
  readonly timeout: number;
  readonly failures: number;
  readonly delay: number;
  /** Seconds before which it cannot have failed. */
  readonly sure: number;
}

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

function probeOf(
  report: Report,
  container: Tree,
  name: "startupProbe" | "readinessProbe" | "livenessProbe",
): Probe | undefined {
  const tree = container.get(name);
  if (!tree.here) return undefined;
  report.seen();
  const number = (field: keyof typeof kubernetes.settings): number => {
    const { value } = kubernetes.settings[field];
    const given = tree.get(field).number(report);
    if (given !== undefined && given < 0)
      report.add(
        "out-of-range",
        "error",
        tree.get(field),
        "The API server refuses a negative number.",
        `${field}: ${value}`,
      );
    // The API server takes 0 for "not said", except for the delay, where it is the default anyway.
    return given === undefined || given <= 0 ? Number(value) : given;
  };
  const [period, timeout, failures, delay] = [
    number("periodSeconds"),
    number("timeoutSeconds"),
    number("failureThreshold"),
    number("initialDelaySeconds"),
  ];
  if (timeout > period)
    report.add(
      "timeout-over-period",
      "warning",
      tree.get("timeoutSeconds"),
      `An answer may take ${timeout} s and the next question is due after ${period} s, so failures are counted later than planned.`,
      `timeoutSeconds: ${period}`,
    );
  if (name !== "readinessProbe" && number("successThreshold") !== 1)
    report.add(
      "invalid-success-threshold",
      "error",
      tree.get("successThreshold"),
      `The API server refuses anything but 1 for a ${name}.`,
      "successThreshold: 1",
    );
  judgeTcp(report, tree);
  const pathAt = tree.get("httpGet", "path");
  const words = tree.get("exec", "command").words();
  const shell = /(^|\/)(ba|a|da)?sh$/.test(words[0] ?? "") && (words[1] ?? "").startsWith("-");
  const asked = words.length > 0 ? judgeCommand(report, [], { words, shell }, tree.get("exec", "command")) : undefined;
  judgeHttp(report, container, tree.get("httpGet"));
  const path = tree.get("httpGet").here ? (pathAt.text ?? "/") : asked;
  const shown = pathAt.here ? pathAt : words.length > 0 ? tree.get("exec", "command") : tree;
  return {
    tree,
    path,
    pathAt: shown,
    period,
    timeout,
    failures,
    delay,
    sure: delay + Math.max(0, failures - 1) * period,
  };
}

function judgeTcp(report: Report, tree: Tree): void {
  if (tree.get("tcpSocket").here)
    report.add(
      "tcp-check",
      "warning",
      tree.get("tcpSocket"),
      "The kernel accepts connections for a process that is stopped or not ready.",
      "httpGet",
    );
}

function judgeHttp(report: Report, container: Tree, httpGet: Tree): void {
  const port = httpGet.get("port");
  const names = container
    .get("ports")
    .items()
    .map((item) => item.get("name").text);
  if (port.text !== undefined && !/^\d+$/.test(port.text) && !names.includes(port.text))
    report.add(
      "unknown-port",
      "error",
      port,
      `The container has no port named ${JSON.stringify(port.text)}, so every attempt fails.`,
      `port: ${names.find((name) => name !== undefined) ?? "a number"}`,
    );
  const host = httpGet.get("host");
  if (host.text !== undefined && /^(localhost|127\.0\.0\.1|::1)$/.test(host.text))
    report.add(
      "localhost",
      "error",
      host,
      "The kubelet asks from the node, so this is the node and not the pod.",
      "no host, which is the pod's address",
    );
}

function sureText({ delay, failures, period, sure }: Probe): string {
  return `${delay > 0 ? `${delay} + ` : ""}(${failures} - 1) x ${period} = ${sure}`;
}
