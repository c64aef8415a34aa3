import type { Prober } from "../../src/probers/index.ts";
import type { Place, Report } from "./finding.ts";
import { roleOf } from "./role.ts";

/** Says what stale data on every replica means behind this client, if the service refuses it. */
export function judgeStale(report: Report, { title, allDown }: Prober, path: string | undefined, at: Place): void {
  const { refuseAfterSeconds } = report.service;
  if (refuseAfterSeconds === undefined || refuseAfterSeconds === Infinity || allDown.traffic !== "none") return;
  if (path === undefined || roleOf(path) !== "readiness") return;
  report.add(
    "stale-fails-closed",
    "warning",
    at,
    `When the source dies, every replica refuses after ${refuseAfterSeconds} s, and behind ${title}: ${allDown.text}.`,
    'refuseAfter: "never" in the service, or an age that outlasts an outage of the source',
  );
}

/** Says whether the drain outlasts what a balancer needs to notice it. */
export function judgeDrain(report: Report, needed: number, arithmetic: string, at: Place): void {
  const { drainSeconds } = report.service;
  if (drainSeconds === undefined || drainSeconds >= needed) return;
  report.add(
    "drain-too-short",
    "warning",
    at,
    `The service stops after ${drainSeconds} s and is noticed after ${arithmetic} = ${needed} s at worst, so requests are refused in between.`,
    `a drain of at least ${needed} s, or a faster check`,
  );
}
