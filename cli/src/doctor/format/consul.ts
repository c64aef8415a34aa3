import { consul } from "../../probers/index.ts";
import { secondsOf } from "../model/duration.ts";
import type { Report } from "../model/report.ts";
import { rawEdit, type Tree } from "../model/tree.ts";
import { judgeDrain, judgeStale, judgeTcp, judgeTimes } from "../rule/balancer.ts";
import { isShell, judgeCommand } from "../rule/command.ts";
import { areOurs, judgePath } from "../rule/path.ts";

/** Judges the checks of a Consul definition in JSON or HCL, in the file's spelling or the API's. */
export function judgeConsul(report: Report, root: Tree): void {
  const services = root.all("service", "Service", "services", "Services");
  for (const holder of [root, ...services])
    for (const check of holder.all("check", "Check", "checks", "Checks")) if (check.isMap) judgeCheck(report, check);
}

/** Judges one check. */
export function judgeCheck(report: Report, check: Tree): void {
  report.seen(check);
  if (check.any("ttl", "TTL").here || check.any("alias_service", "AliasService", "alias_node", "AliasNode").here)
    return;
  const http = check.any("http", "HTTP");
  const tcp = check.any("tcp", "TCP");
  const args = check.any("args", "Args", "ScriptArgs");
  const interval = check.any("interval", "Interval");
  const seconds = secondsOf(interval.value);
  if (seconds === undefined && !interval.isOpen)
    report.add({
      rule: interval.here ? "wrong-type" : "missing-field",
      severity: "error",
      at: interval.here ? interval : check,
      what: interval.here ? "The interval has no unit." : "The check has no interval.",
      why: "Consul refuses the definition.",
      fix: 'interval = "5s"',
      ...(interval.here && typeof interval.value === "number" && rawEdit(interval, `"${interval.value}s"`)),
    });
  const timeout = check.any("timeout", "Timeout");
  const wait = secondsOf(timeout.value) ?? Number(consul.settings.timeout.value);
  if (seconds !== undefined)
    judgeTimes(report, { timeout: wait, period: seconds }, timeout.here ? timeout : check, {
      fix: `timeout = "${seconds}s"`,
      ...rawEdit(timeout, `"${seconds}s"`),
    });
  if (tcp.here) judgeTcp(report, tcp, 'http = "http://127.0.0.1:PORT/PATH"');
  if (args.here) judgeCommand(report, { words: args.words(), shell: isShell(args.words()), at: args });
  judgeDeregister(report, check);
  if (http.text === undefined) return;
  const path = /^https?:\/\/[^/]+(\/.*)?$/.exec(http.text)?.[1] ?? "/";
  judgePath(
    report,
    ["routes"],
    { path, at: http, context: `http = "${http.text}"` },
    { ours: areOurs(report, [path]) },
  );
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
  const wanted = `"${Math.ceil((1.5 * loadSeconds) / 60)}m"`;
  report.add({
    rule: "deregisters-during-load",
    severity: "error",
    at,
    what: `Consul removes the service after ${after} s, but the load takes up to ${loadSeconds} s.`,
    why: "A service is critical while it loads. After the removal, it is missing until something registers it again.",
    fix: `deregister_critical_service_after = ${wanted}`,
    ...rawEdit(at, wanted),
  });
}
