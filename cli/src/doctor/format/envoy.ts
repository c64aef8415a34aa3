import { envoy } from "../../probers/index.ts";
import { secondsOf } from "../model/duration.ts";
import type { Report } from "../model/report.ts";
import { rawEdit, setEdit, type Tree } from "../model/tree.ts";
import { judgeDrain, judgeStale, judgeTcp, judgeTimes } from "../rule/balancer.ts";
import { areOurs, isOurPath, judgePath } from "../rule/path.ts";

const MANDATORY = ["timeout", "interval", "unhealthy_threshold", "healthy_threshold"] as const;

/** A field in either spelling: Envoy takes both. */
export function fieldOf(tree: Tree, name: string): Tree {
  return tree.any(
    name,
    name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
  );
}

/** Judges every cluster with health checks, at any place in the file. */
export function judgeEnvoy(report: Report, root: Tree): void {
  const seen = new Set<unknown>();
  const walk = (tree: Tree): void => {
    // Aliases may name the same node many times over.
    if (tree.item === undefined || tree.item.type === "scalar" || seen.has(tree.item)) return;
    seen.add(tree.item);
    for (const check of fieldOf(tree, "health_checks").items()) if (check.isMap) judgeCheck(report, check, tree);
    for (const [, child] of tree.entries()) walk(child);
    for (const child of tree.items()) walk(child);
  };
  walk(root);
}

function judgeCheck(report: Report, check: Tree, cluster: Tree): void {
  report.seen(check);
  for (const field of MANDATORY)
    if (!fieldOf(check, field).here) {
      const value = field.endsWith("threshold") ? "2" : field === "timeout" ? "2s" : "5s";
      report.add({
        rule: "missing-field",
        severity: "error",
        at: check,
        what: `The health check has no ${field}.`,
        why: "Envoy refuses the configuration.",
        fix: `${field}: ${value}`,
        ...setEdit(check, field, value),
      });
    }
  const [intervalAt, timeoutAt] = [fieldOf(check, "interval"), fieldOf(check, "timeout")];
  const [interval, timeout] = [secondsOf(intervalAt.value), secondsOf(timeoutAt.value)];
  if (interval !== undefined && timeout !== undefined)
    judgeTimes(report, { timeout, period: interval }, timeoutAt, {
      fix: `timeout: ${interval}s`,
      ...rawEdit(timeoutAt, `${interval}s`),
    });
  const tcp = fieldOf(check, "tcp_health_check");
  // With bytes to send and to receive it is a question of its own.
  if (tcp.here && !fieldOf(tcp, "receive").here)
    judgeTcp(report, tcp, `http_health_check: { path: /ready, expected_statuses: [{ start: 200, end: 201 }] }`);
  const http = fieldOf(check, "http_health_check");
  const path = http.get("path");
  const ours = areOurs(report, [path.text]);
  if (path.text !== undefined) judgePath(report, ["routes"], { path: path.text, at: path }, { ours });
  if (!fieldOf(check, "no_traffic_interval").here && http.here && ours)
    report.add({
      rule: "slow-while-idle",
      severity: "note",
      at: check,
      what: `Until a cluster gets its first request, Envoy checks it only every ${envoy.settings.no_traffic_interval.value} s.`,
      why: "So Envoy routes the first requests by a result that can be a minute old.",
      fix: "no_traffic_interval: 5s",
    });
  for (const range of fieldOf(http, "expected_statuses").items()) judgeRange(report, range);
  judgePanic(report, cluster, path.text);
  // A wrong status ejects at once: the thresholds count timeouts and resets.
  if (interval !== undefined && timeout !== undefined && http.here)
    judgeDrain(report, interval + timeout, `${interval} + ${timeout}`, intervalAt);
}

function judgeRange(report: Report, range: Tree): void {
  const [start, end] = [range.get("start").number(report), range.get("end").number(report)];
  if (start === undefined || end === undefined || start >= 400 || end <= 300) return;
  report.add({
    rule: "success-range-3xx",
    severity: "warning",
    at: range.get("end"),
    what: `The statuses from ${start} to ${end - 1} pass, because the range excludes its end.`,
    why: "A redirect to a login page or to another host then counts as healthy.",
    fix: "{ start: 200, end: 201 }",
    ...(start <= 200 && rawEdit(range.get("end"), "300")),
  });
}

function judgePanic(report: Report, cluster: Tree, path: string | undefined): void {
  const panic = fieldOf(fieldOf(cluster, "common_lb_config"), "healthy_panic_threshold").get("value");
  if (panic.value !== 0 || path === undefined || !(isOurPath(path) || report.service.ours)) return;
  const text = "nobody gets traffic, because the panic threshold is 0";
  judgeStale(report, { ...envoy, allDown: { traffic: "none", text } }, path, panic);
}
