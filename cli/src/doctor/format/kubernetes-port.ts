import type { Report } from "../model/report.ts";
import { lastOf, ownEdit, rawEdit, type Tree } from "../model/tree.ts";

/** A container of a pod, and what is known around it. */
export interface Container {
  readonly tree: Tree;
  /** Whether it is a patch: what is missing stands in another file. */
  readonly partial: boolean;
  readonly hostNetwork: boolean;
  /** Whether Kubernetes itself checks the object. An operator may fill in what is missing. */
  readonly standard?: boolean;
}

/** The number of a port, if the container says it; else as it is written. */
export function portOf(container: Container, port: Tree): string {
  const written = port.written ?? "";
  const named = container.tree
    .get("ports")
    .items()
    .find((item) => item.get("name").text === written);
  return named?.get("containerPort").written ?? written;
}

/** Judges whether the port that a probe names exists. Knative takes 0 as the port of the container. */
export function judgePort(report: Report, container: Container, handler: Tree): void {
  const port = handler.get("port");
  if (port.isOpen) return;
  if (!port.here && handler.isMap && !container.partial && container.standard) return judgeNoPort(report, handler);
  if (typeof port.value === "number" && (port.value < 0 || port.value > 65_535))
    return report.add({
      rule: "out-of-range",
      severity: "error",
      at: port,
      what: `The port ${port.value} does not exist.`,
      why: "A port is a number from 1 to 65535, so the Kubernetes API server refuses the whole object.",
      fix: "port: 8080",
    });
  if (port.text === undefined) return;
  if (/^\d+$/.test(port.text)) return judgeQuotedPort(report, port, port.text);
  if (container.partial) return;
  const names = container.tree
    .get("ports")
    .items()
    .map((item) => item.get("name"));
  if (names.some((name) => name.text === port.text || name.isOpen)) return;
  const [first] = container.tree.get("ports").items();
  const other = first?.get("name").text ?? first?.get("containerPort").value;
  report.add({
    rule: "unknown-port",
    severity: "error",
    at: port,
    what: `The container has no port named ${JSON.stringify(port.text)}.`,
    why: "The kubelet cannot resolve the name, so every check fails.",
    fix: `port: ${typeof other === "string" || typeof other === "number" ? other : "8080"}`,
    ...(names.length === 1 && typeof other === "string" && ownEdit(port, other)),
  });
}

function judgeNoPort(report: Report, handler: Tree): void {
  report.add({
    rule: "missing-field",
    severity: "error",
    at: handler,
    what: `The ${lastOf(handler.field)} has no port.`,
    why: "The Kubernetes API server refuses the whole object.",
    fix: "port: 8080",
  });
}

/** A number in quotes is the name of a port, and no name is without a letter. */
function judgeQuotedPort(report: Report, port: Tree, number: string): void {
  report.add({
    rule: "wrong-type",
    severity: "error",
    at: port,
    what: `The port ${JSON.stringify(number)} is a string.`,
    why: "A string is a port name and needs a letter, so the API server refuses the whole object.",
    fix: `port: ${number}`,
    ...rawEdit(port, number),
  });
}

/** Judges a host that is the node and not the pod. */
export function judgeHost(report: Report, container: Container, handler: Tree): void {
  const host = handler.get("host");
  if (container.hostNetwork || host.text === undefined || !/^(localhost|127\.0\.0\.1|::1|0\.0\.0\.0)$/.test(host.text))
    return;
  report.add({
    rule: "localhost",
    severity: "error",
    at: host,
    what: `The probe asks ${host.text}.`,
    why: "The kubelet sends the request from the node, so it reaches the node and not the pod.",
    fix: "a probe without host: it asks the IP address of the pod",
  });
}
