import { consul } from "../../src/probers/index.ts";
import { secondsOf } from "./duration.ts";
import type { Report } from "./finding.ts";
import { judgePath } from "./role.ts";
import { judgeCommand } from "./shell.ts";
import { judgeDrain, judgeStale } from "./stale.ts";
import type { Tree } from "./tree.ts";

/** Judges the checks of a Consul definition, in the file's spelling or the API's. */
export function judgeConsul(report: Report, root: Tree): void {
  const services = [root.any("service", "Service"), ...root.any("services", "Services").items()];
  for (const holder of [root, ...services]) {
    const one = holder.any("check", "Check");
    for (const check of [...(one.here ? [one] : []), ...holder.any("checks", "Checks").items()])
      judgeCheck(report, check);
  }
}

function judgeCheck(report: Report, check: Tree): void {
  report.seen();
  const http = check.any("http", "HTTP");
  const tcp = check.any("tcp", "TCP");
  const args = check.any("args", "Args");
  if (check.any("ttl", "TTL").here) return;
  const interval = check.any("interval", "Interval");
  const seconds = secondsOf(interval.value);
  if (seconds === undefined)
    report.add(
      interval.here ? "wrong-type" : "missing-field",
      "error",
      interval.here ? interval : check,
      "Consul refuses a check without an interval such as 5s.",
      'interval = "5s"',
    );
  const timeout = check.any("timeout", "Timeout");
  const wait = secondsOf(timeout.value) ?? Number(consul.settings.timeout.value);
  if (seconds !== undefined && wait > seconds)
    report.add(
      "timeout-over-period",
      "warning",
      timeout.here ? timeout : check,
      `A check may take ${wait} s and the next is due after ${seconds} s.`,
      `timeout = "${seconds}s"`,
    );
  if (tcp.here)
    report.add(
      "tcp-check",
      "warning",
      tcp,
      "The kernel accepts connections for a process that is stopped or not ready.",
      "http",
    );
  if (args.here) judgeCommand(report, ["routes"], { words: args.words(), shell: false }, args);
  judgeDeregister(report, check);
  const path = http.text === undefined ? undefined : (/^https?:\/\/[^/]+(\/.*)?$/.exec(http.text)?.[1] ?? "/");
  if (path === undefined) return;
  judgePath(report, ["routes"], path, http);
  judgeStale(report, consul, path, http);
  const failures = 1 + (check.any("failures_before_critical", "FailuresBeforeCritical").number(report) ?? 0);
  if (seconds !== undefined)
    judgeDrain(report, failures * seconds + wait, `${failures} x ${seconds} + ${wait}`, interval);
}

function judgeDeregister(report: Report, check: Tree): void {
  const { loadSeconds } = report.service;
  const at = check.any("deregister_critical_service_after", "DeregisterCriticalServiceAfter");
  const after = secondsOf(at.value);
  if (after === undefined || loadSeconds === undefined || after >= loadSeconds) return;
  report.add(
    "deregisters-during-load",
    "error",
    at,
    `A service is critical while it loads, up to ${loadSeconds} s, and is gone for good after ${after} s.`,
    `"${Math.ceil((1.5 * loadSeconds) / 60)}m" or longer`,
  );
}
