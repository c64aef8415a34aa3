import type { Probe } from "../../doctor/format/kubernetes-probe.ts";
import type { Tree } from "../../doctor/model/tree.ts";
import type { Question, Reading } from "../model/spec.ts";
import { questionOfGrpc, questionOfPath, type Assumptions } from "./question.ts";

/** The question of a probe, and its path if it has one. */
export function questionOf(
  probe: Probe,
  reading: Reading,
  assumed: Assumptions,
): { readonly question: Question; readonly path: string | undefined } {
  const path = probe.asked?.path;
  if (path !== undefined) return { question: questionOfPath(path, reading, assumed), path };
  if (probe.kind === "grpc")
    return { question: questionOfGrpc(probe.at.get("service").text ?? "", reading, assumed), path };
  const line = probe.kind === "exec" ? probe.at.get("command").words().join(" ") : "";
  if (/\bgrpc[_-]health[_-]probe\b/.test(line))
    return { question: questionOfGrpc(/-service[= ]["']?([\w.-]+)/.exec(line)?.[1] ?? "", reading, assumed), path };
  if (probe.kind === "exec")
    assumed.add("the probe by a command passes as soon as the process runs, because the command contains no URL");
  return { question: { asks: "liveness", by: "tcp" }, path };
}

/** Formats a handler as one line, to paste into another probe. */
export function handlerText(probe: Probe): string {
  const field = { http: "httpGet", tcp: "tcpSocket", grpc: "grpc", exec: "exec", none: "" }[probe.kind];
  if (probe.kind === "exec") return `exec: { command: ${JSON.stringify(probe.at.get("command").words())} }`;
  return `${field}: ${flowOf(probe.at)}`;
}

/** Formats a value as YAML in one line. */
function flowOf(tree: Tree): string {
  if (tree.isMap)
    return `{ ${tree
      .entries()
      .map(([key, value]) => `${key}: ${flowOf(value)}`)
      .join(", ")} }`;
  if (tree.isList) return `[${tree.items().map(flowOf).join(", ")}]`;
  const { value, written = "" } = tree;
  return typeof value === "string" && !/^[\w./-]+$/.test(value) ? JSON.stringify(value) : written;
}

/** Formats a preStop hook as one line. Returns `undefined` without a hook. */
export function hookOf(hook: Tree): string | undefined {
  if (!hook.here) return undefined;
  const words = hook.get("exec", "command").words();
  if (words.length > 0) return `exec: { command: ${JSON.stringify(words)} }`;
  const { written } = hook.get("sleep", "seconds");
  return written === undefined ? "httpGet" : `sleep: { seconds: ${written} }`;
}
