import { kubernetes } from "../../probers/index.ts";
import type { Report } from "../model/report.ts";
import { setEdit, type Tree } from "../model/tree.ts";
import type { Container } from "./kubernetes-port.ts";

/** The seconds that the network needs to follow a pod that left the endpoints. */
const PROPAGATION = 5;

/** Judges whether preStop hook and drain outlast the network and fit into the grace period. */
export function judgeGrace(report: Report, pod: Tree, { tree: container, partial }: Container, ours: boolean): void {
  const at = pod.get("terminationGracePeriodSeconds");
  const grace = at.number(report) ?? Number(kubernetes.settings.terminationGracePeriodSeconds.value);
  const hook = container.get("lifecycle", "preStop");
  const pause = pauseOf(report, hook);
  const { drainSeconds } = report.service;
  const isRouted = container.get("readinessProbe").here;
  if (pause === undefined && drainSeconds === undefined) {
    if (ours && isRouted && !hook.here && !partial)
      report.add({
        rule: "no-drain",
        severity: "note",
        at: container,
        what: "The pod has no preStop hook, so it may stop while requests still arrive.",
        why: "If the service does not drain on SIGTERM, these requests are lost.",
        fix: "lifecycle:\n  preStop: { sleep: { seconds: 10 } }",
      });
    return;
  }
  const total = (pause ?? 0) + (drainSeconds ?? 0);
  const sum = `${total} s (${pause ?? 0} s preStop + ${drainSeconds ?? 0} s drain)`;
  const wanted = Math.max(30, Math.ceil(total) + 20);
  if (total >= grace && (at.here || !partial))
    report.add({
      rule: "drain-over-grace",
      severity: "error",
      at: at.here ? at : hook.here ? hook : container,
      what: `The shutdown takes ${sum}, but SIGKILL comes after ${grace} s.`,
      why: "SIGKILL ends the open requests.",
      fix: `terminationGracePeriodSeconds: ${wanted}`,
      ...setEdit(pod, "terminationGracePeriodSeconds", `${wanted}`),
    });
  else if (total < PROPAGATION && isRouted && (drainSeconds !== undefined || ours || pause !== undefined))
    report.add({
      rule: "drain-too-short",
      severity: "warning",
      at: hook.here ? hook : container,
      what: `The pod keeps serving for only ${sum}.`,
      why: `Proxies and ingresses need about ${PROPAGATION} s to notice that the pod stops. Until then, they send requests.`,
      fix: "lifecycle:\n  preStop: { sleep: { seconds: 10 } }",
    });
}

/** The seconds that a preStop hook sleeps; `undefined` if there is none or nobody can tell. */
export function pauseOf(report: Report, hook: Tree): number | undefined {
  const seconds = hook.get("sleep", "seconds").number(report);
  if (seconds !== undefined) return seconds;
  const command = hook.get("exec", "command").words().join(" ");
  // A loop sleeps nobody knows how often.
  if (/\b(while|until|for)\b/.test(command)) return undefined;
  const pauses = [...command.matchAll(/\bsleep\s+(\d+(?:\.\d+)?)(s|m)?\b/g)];
  return pauses.length > 0
    ? pauses.reduce((sum, [, count, unit]) => sum + Number(count) * (unit === "m" ? 60 : 1), 0)
    : undefined;
}
