import { kubernetes } from "../../src/probers/index.ts";
import type { Report } from "./finding.ts";
import type { Tree } from "./tree.ts";

/** What the network needs, in seconds, to follow a pod that left the endpoints. */
const PROPAGATION = 5;

/** Judges whether preStop hook and drain outlast the network and fit into the grace period. */
export function judgeGrace(report: Report, pod: Tree): void {
  const at = pod.get("terminationGracePeriodSeconds");
  const grace = at.number(report) ?? Number(kubernetes.settings.terminationGracePeriodSeconds.value);
  for (const container of pod.get("containers").items()) {
    const hook = container.get("lifecycle", "preStop");
    const pause = pauseOf(report, hook);
    const { drainSeconds } = report.service;
    if (pause === undefined && drainSeconds === undefined) {
      if (container.get("readinessProbe").here && !hook.here)
        report.add(
          "no-drain",
          "note",
          container,
          "Unless the service drains by itself on SIGTERM, requests still on their way to the pod are refused.",
          'drainOnSignal(server, health, { delay: "10s" }), and doctor --drain 10s; or preStop: { sleep: { seconds: 10 } }',
        );
      continue;
    }
    const total = (pause ?? 0) + (drainSeconds ?? 0);
    const sum = `${pause ?? 0} s preStop + ${drainSeconds ?? 0} s drain = ${total} s`;
    if (total >= grace)
      report.add(
        "drain-over-grace",
        "error",
        at.here ? at : hook.here ? hook : container,
        `${sum}, and SIGKILL comes after ${grace} s, so what is in flight is cut off.`,
        `terminationGracePeriodSeconds: ${Math.max(30, total + 20)}`,
      );
    else if (total < PROPAGATION && container.get("readinessProbe").here)
      report.add(
        "drain-too-short",
        "warning",
        hook.here ? hook : container,
        `${sum}, and proxies and ingresses take some ${PROPAGATION} s to hear that the pod is gone.`,
        "10 s",
      );
  }
}

/** The seconds a preStop hook sleeps; `undefined` where there is none or nobody can tell. */
function pauseOf(report: Report, hook: Tree): number | undefined {
  const seconds = hook.get("sleep", "seconds").number(report);
  if (seconds !== undefined) return seconds;
  const command = hook.get("exec", "command").words().join(" ");
  const slept = /\bsleep\s+(\d+(?:\.\d+)?)(s|m)?\b/.exec(command);
  return slept ? Number(slept[1]) * (slept[2] === "m" ? 60 : 1) : undefined;
}
