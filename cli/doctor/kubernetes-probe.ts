import { kubernetes } from "../../src/probers/index.ts";
import type { Report } from "./finding.ts";
import { judgeCommand } from "./shell.ts";
import type { Tree } from "./tree.ts";

/** A probe as the kubelet will run it. */
export interface Probe {
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

/** Reads a probe as the kubelet will, and judges what is wrong with it alone. */
export function probeOf(
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

/** Why a probe cannot have failed sooner. */
export function sureText({ delay, failures, period, sure }: Probe): string {
  return `${delay > 0 ? `${delay} + ` : ""}(${failures} - 1) x ${period} = ${sure}`;
}
