import type { Report } from "../model/report.ts";
import { rawEdit, type Tree } from "../model/tree.ts";
import { judgeTcp, judgeTimes } from "../rule/balancer.ts";
import { areOurs, judgePath } from "../rule/path.ts";

/** Ports behind which almost always HTTP is spoken. */
const HTTP_PORTS = /^(80|443|3000|5000|8000|8080|8081|8443|8888)$/;

/** Judges the check of a classic load balancer of AWS in Terraform. */
export function judgeElb(report: Report, resource: Tree): void {
  const isHttp = resource
    .all("listener")
    .some((listener) => /^https?$/i.test(listener.any("instance_protocol", "lb_protocol").text ?? ""));
  for (const check of resource.all("health_check")) judgeTarget(report, check, check.get("target"), isHttp);
}

/** Judges the target of a check: `TCP:80`, or `HTTP:80/ready`. */
export function judgeTarget(report: Report, check: Tree, target: Tree, isHttp: boolean): void {
  report.seen(check);
  const [, protocol = "", path] = /^(\w+):[^/]*(\/.*)?$/.exec(target.text ?? "") ?? [];
  if (/^(TCP|SSL)$/i.test(protocol) && isHttp)
    judgeTcp(report, target, "a target with a path, such as HTTP:8080/ready");
  if (path !== undefined)
    judgePath(report, ["routes"], { path, at: target, context: target.text ?? "" }, { ours: areOurs(report, [path]) });
}

/** Judges a health check of Google Cloud in Terraform. One that heals instances replaces them, and routes nothing. */
export function judgeGoogle(report: Report, resource: Tree, label: string): void {
  const heals = [label, resource.get("name").text ?? ""].some((name) => /heal(?!th)/i.test(name));
  report.seen(resource);
  const [interval, timeout] = [resource.get("check_interval_sec"), resource.get("timeout_sec")];
  const [period, wait] = [secondsOf(interval), secondsOf(timeout)];
  if (period !== undefined && wait !== undefined)
    judgeTimes(report, { timeout: wait, period }, timeout.here ? timeout : resource, {
      fix: `timeout_sec = ${period}`,
      ...rawEdit(timeout, `${period}`),
    });
  for (const tcp of resource.all("tcp_health_check"))
    if (HTTP_PORTS.test(tcp.get("port").written ?? ""))
      judgeTcp(report, tcp, 'http_health_check { request_path = "/ready" }');
  for (const http of resource.all("http_health_check", "https_health_check", "http2_health_check")) {
    const at = http.get("request_path");
    if (at.text !== undefined)
      judgePath(report, [heals ? "replaces" : "routes"], { path: at.text, at }, { ours: areOurs(report, [at.text]) });
  }
}

/** Both numbers are 5 by default; a reference is a number that nobody here knows. */
function secondsOf(tree: Tree): number | undefined {
  if (!tree.here) return 5;
  return /^\d+$/.test(tree.written ?? "") ? Number(tree.written) : undefined;
}
