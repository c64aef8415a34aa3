import { envoy } from "../../src/probers/index.ts";
import { secondsOf } from "./duration.ts";
import type { Report } from "./finding.ts";
import { judgePath } from "./role.ts";
import { judgeDrain, judgeStale } from "./stale.ts";
import type { Tree } from "./tree.ts";

const MANDATORY = ["timeout", "interval", "unhealthy_threshold", "healthy_threshold"] as const;

/** Judges every cluster with health checks, wherever in the file it stands. */
export function judgeEnvoy(report: Report, root: Tree): void {
  const met = new Set<unknown>();
  const walk = (tree: Tree): void => {
    // Aliases may name the same node many times over.
    if (tree.node === undefined || met.has(tree.node)) return;
    met.add(tree.node);
    const checks = tree.get("health_checks");
    for (const check of checks.items()) judgeCheck(report, check, tree);
    for (const [, child] of tree.entries()) walk(child);
    for (const child of tree.items()) walk(child);
  };
  walk(root);
}

function judgeCheck(report: Report, check: Tree, cluster: Tree): void {
  report.seen();
  for (const field of MANDATORY)
    if (!check.get(field).here)
      report.add(
        "missing-field",
        "error",
        check,
        `Envoy refuses a health check without ${field}.`,
        `${field}: ${field.endsWith("threshold") ? 2 : field === "timeout" ? "2s" : "5s"}`,
      );
  const interval = secondsOf(check.get("interval").value);
  const timeout = secondsOf(check.get("timeout").value);
  if (interval !== undefined && timeout !== undefined && timeout > interval)
    report.add(
      "timeout-over-period",
      "warning",
      check.get("timeout"),
      `An answer may take ${timeout} s and the interval is ${interval} s, so a hung host is noticed late.`,
      `timeout: ${interval}s`,
    );
  if (check.get("tcp_health_check").here)
    report.add(
      "tcp-check",
      "warning",
      check.get("tcp_health_check"),
      "The kernel accepts connections for a process that is stopped or not ready.",
      "http_health_check",
    );
  if (!check.get("no_traffic_interval").here && check.get("http_health_check").here)
    report.add(
      "slow-while-idle",
      "note",
      check,
      `A cluster without traffic is asked every ${envoy.settings.no_traffic_interval.value} s only, so its first requests meet old verdicts.`,
      "no_traffic_interval: 5s",
    );
  const http = check.get("http_health_check");
  const path = http.get("path");
  if (path.text !== undefined) judgePath(report, ["routes"], path.text, path);
  for (const range of http.get("expected_statuses").items()) {
    const [start, end] = [range.get("start").number(report), range.get("end").number(report)];
    if (start !== undefined && end !== undefined && start < 400 && end > 300)
      report.add(
        "success-range-3xx",
        "warning",
        range.get("end"),
        `The range is half open, ${start} to ${end - 1}, so a redirect to anywhere passes.`,
        `start: 200, end: 201`,
      );
  }
  const panic = cluster.get("common_lb_config", "healthy_panic_threshold", "value");
  if (panic.value === 0)
    judgeStale(
      report,
      { ...envoy, allDown: { traffic: "none", text: "nobody gets traffic, for the panic threshold is 0" } },
      path.text,
      panic,
    );
  // A wrong status ejects at once: the thresholds count timeouts and resets.
  if (interval !== undefined && timeout !== undefined && http.here)
    judgeDrain(report, interval + timeout, `${interval} + ${timeout}`, check.get("interval"));
}
