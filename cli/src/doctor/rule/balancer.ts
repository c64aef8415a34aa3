import type { Prober } from "../../probers/index.ts";
import type { Edit } from "../model/item.ts";
import type { Place, Report } from "../model/report.ts";
import { areOurs, roleOf } from "./path.ts";

/** Judges what stale data on every replica means behind this prober, if the service refuses it. */
export function judgeStale(report: Report, { title, allDown }: Prober, path: string | undefined, at: Place): void {
  const { refuseAfterSeconds } = report.service;
  if (refuseAfterSeconds === undefined || refuseAfterSeconds === Infinity || allDown.traffic !== "none") return;
  if (path === undefined || roleOf(path) !== "readiness" || !areOurs(report, [path])) return;
  report.add({
    rule: "stale-fails-closed",
    severity: "warning",
    at,
    what: `If the data source fails, every replica answers 503 after ${refuseAfterSeconds} s.`,
    why: `Behind ${title}: ${allDown.text}.`,
    fix: 'refuseAfter: "never" in the service, or an age longer than an outage of the source',
  });
}

/** Judges whether the drain outlasts the time that a balancer needs to notice it. */
export function judgeDrain(report: Report, needed: number, arithmetic: string, at: Place): void {
  const { drainSeconds } = report.service;
  if (drainSeconds === undefined || drainSeconds >= needed) return;
  report.add({
    rule: "drain-too-short",
    severity: "warning",
    at,
    what: `The service stops ${drainSeconds} s after SIGTERM, but this check may need ${arithmetic} = ${needed} s to notice it.`,
    why: "Requests between these two moments are refused.",
    fix: `a drain of at least ${needed} s, or a faster check`,
  });
}

/** Judges a check that only opens a connection. */
export function judgeTcp(report: Report, at: Place, fix: string): void {
  report.add({
    rule: "tcp-check",
    severity: "warning",
    at,
    what: "The check only opens a TCP connection.",
    why: "The kernel accepts connections even when the process hangs or is not ready.",
    fix,
  });
}

/** Judges a timeout that is longer than the time between two checks. */
export function judgeTimes(
  report: Report,
  { timeout, period }: { readonly timeout: number; readonly period: number },
  at: Place,
  corrected: { readonly fix: string; readonly edit?: Edit },
): void {
  if (timeout <= period) return;
  report.add({
    rule: "timeout-over-period",
    severity: "warning",
    at,
    what: `The check waits up to ${timeout} s for an answer, but the next one is due after ${period} s.`,
    why: "So a hung service is noticed later than the numbers promise.",
    ...corrected,
  });
}
