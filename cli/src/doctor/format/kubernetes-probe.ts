import { kubernetes } from "../../probers/index.ts";
import type { Report } from "../model/report.ts";
import { isTemplate, ownEdit, setEdit, rawEdit, type Tree } from "../model/tree.ts";
import { judgeTimes } from "../rule/balancer.ts";
import { isShell, judgeCommand } from "../rule/command.ts";
import { judgeExecTime } from "../rule/exec-time.ts";
import { plainPath, type AskedPath } from "../rule/path.ts";
import { judgeHost, judgePort, portOf, type Container } from "./kubernetes-port.ts";

/** The names of the three probes. */
export type ProbeName = "startupProbe" | "readinessProbe" | "livenessProbe";

/** A probe as the kubelet will run it. */
export interface Probe {
  readonly tree: Tree;
  readonly kind: "http" | "tcp" | "grpc" | "exec" | "none";
  /** The same text for the same question to the same server. */
  readonly question: string | undefined;
  readonly asked: AskedPath | undefined;
  /** Where the question stands. */
  readonly at: Tree;
  readonly period: number;
  readonly timeout: number;
  readonly failures: number;
  readonly delay: number;
  /** Seconds before which it cannot have failed. */
  readonly sure: number;
  /** Whether every number is known: a patch may leave some to another file. */
  readonly whole: boolean;
}

type Field = "periodSeconds" | "timeoutSeconds" | "failureThreshold" | "initialDelaySeconds" | "successThreshold";

/** Reads a probe as the kubelet will, and judges what is wrong with it alone. */
export function probeOf(report: Report, container: Container, name: ProbeName): Probe | undefined {
  const tree = container.tree.get(name);
  if (!tree.isMap) return undefined;
  report.seen(tree);
  const number = (field: Field): number => numberOf(report, tree, field);
  const period = number("periodSeconds");
  const timeout = number("timeoutSeconds");
  const failures = number("failureThreshold");
  const delay = number("initialDelaySeconds");
  const [kind, at] = handlerOf(tree);
  const whole = !container.partial && kind !== "none";
  const given = (field: Field): boolean => tree.get(field).here;
  if (whole || (given("timeoutSeconds") && given("periodSeconds")))
    judgeTimes(report, { timeout, period }, given("timeoutSeconds") ? tree.get("timeoutSeconds") : tree, {
      fix: `timeoutSeconds: ${period}`,
      ...setEdit(tree, "timeoutSeconds", `${period}`),
    });
  if (name !== "readinessProbe" && number("successThreshold") !== 1)
    report.add({
      rule: "invalid-success-threshold",
      severity: "error",
      at: tree.get("successThreshold"),
      what: `The successThreshold of a ${name} is not 1.`,
      why: "The Kubernetes API server refuses the whole object.",
      fix: "successThreshold: 1",
      ...rawEdit(tree.get("successThreshold"), "1"),
    });
  if (kind === "none" && !container.partial && container.standard) judgeHandler(report, tree, name);
  const words = tree.get("exec", "command").words();
  const path =
    kind === "exec"
      ? judgeExec(report, tree, container.tree.get("image").text)
      : kind === "http"
        ? (tree.get("httpGet", "path").text ?? "/")
        : undefined;
  if (kind === "exec" && whole) judgeExecTime(report, tree, words, { name, timeout, period });
  if (kind === "grpc") at.get("port").number(report);
  const isNamed = kind === "http" || kind === "tcp";
  if (isNamed || (kind === "grpc" && at.get("port").text === undefined)) judgePort(report, container, at);
  if (kind === "http" || kind === "tcp") judgeHost(report, container, at);
  const pathAt = tree.get("httpGet", "path");
  return {
    tree,
    kind,
    question: questionOf(container, kind, at, words),
    asked:
      path === undefined
        ? undefined
        : {
            path,
            at: kind === "http" && pathAt.here ? pathAt : kind === "exec" ? tree.get("exec", "command") : at,
            ...(kind === "exec" && { context: `command: ${JSON.stringify(words)}` }),
            ...(kind === "http" && { edit: (next: string) => ownEdit(pathAt, next) }),
          },
    at,
    period,
    timeout,
    failures,
    delay,
    sure: delay + Math.max(0, failures - 1) * period,
    whole,
  };
}

function numberOf(report: Report, tree: Tree, field: Field): number {
  const { value } = kubernetes.settings[field];
  const at = tree.get(field);
  const given = at.number(report);
  if (given !== undefined && given < 0)
    report.add({
      rule: "out-of-range",
      severity: "error",
      at,
      what: `${field} is negative.`,
      why: "The Kubernetes API server refuses the whole object.",
      fix: `${field}: ${value}`,
      ...rawEdit(at, `${value}`),
    });
  // The API server takes 0 for "not said", except for the delay, where it is the default anyway.
  return given === undefined || given <= 0 ? Number(value) : given;
}

function handlerOf(tree: Tree): readonly [Probe["kind"], Tree] {
  const kinds = { httpGet: "http", tcpSocket: "tcp", grpc: "grpc", exec: "exec" } as const;
  for (const [field, kind] of Object.entries(kinds)) if (tree.get(field).here) return [kind, tree.get(field)];
  return ["none", tree];
}

/** Judges a probe that holds numbers and no question. */
function judgeHandler(report: Report, tree: Tree, name: ProbeName): void {
  if (tree.entries().length === 0) return;
  report.add({
    rule: "missing-field",
    severity: "error",
    at: tree,
    what: `The ${name} asks nothing: there is no httpGet, grpc, tcpSocket or exec.`,
    why: "The Kubernetes API server refuses the whole object.",
    fix: `${name}:\n  httpGet: { path: /ready, port: 8080 }`,
  });
}

function judgeExec(report: Report, tree: Tree, image: string | undefined): string | undefined {
  const command = tree.get("exec", "command");
  const words = command.words();
  if (command.text !== undefined && !command.isOpen)
    report.add({
      rule: "wrong-type",
      severity: "error",
      at: command,
      what: "The command is a string, not a list.",
      why: "The Kubernetes API server refuses the whole object.",
      fix: `command: ["sh", "-c", ${JSON.stringify(command.text.trim())}]`,
      ...(command.scalar?.quote !== "block" && rawEdit(command, `["sh", "-c", ${JSON.stringify(command.text)}]`)),
    });
  if (words.length === 0) return undefined;
  const shell = isShell(words);
  const source = shell ? command.items().at(-1) : undefined;
  return judgeCommand(report, {
    words,
    shell,
    at: command,
    source,
    image,
    form: {
      shell: (line) => `command: ["sh", "-c", ${JSON.stringify(line)}]`,
      exec: (list) => `command: ${JSON.stringify(list)}`,
    },
  });
}

function questionOf(container: Container, kind: Probe["kind"], at: Tree, words: readonly string[]): string | undefined {
  const port = portOf(container, at.get("port"));
  if (kind === "exec") return words.length > 0 ? `exec ${JSON.stringify(words)}` : undefined;
  if (kind === "grpc") return `grpc ${port} ${at.get("service").text ?? ""}`;
  if (kind === "tcp") return `tcp ${port} ${at.get("host").text ?? ""}`;
  if (kind === "none") return undefined;
  const path = at.get("path").text ?? "/";
  if (isTemplate(path) && at.get("path").isOpen) return `http ${path} ${port}`;
  const query = /\?[^#]*/.exec(path)?.[0] ?? "";
  const scheme = (at.get("scheme").text ?? "HTTP").toUpperCase();
  return `http ${scheme} ${at.get("host").text ?? ""} ${port} ${plainPath(path)}${query}`;
}

/** Why a probe cannot have failed sooner. */
export function sureText({ delay, failures, period, sure }: Probe): string {
  return `${delay > 0 ? `${delay} + ` : ""}(${failures} - 1) x ${period} = ${sure}`;
}
