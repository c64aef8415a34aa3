import { awsAlb } from "../../probers/index.ts";
import type { Report } from "../model/report.ts";
import { rawEdit, type Tree } from "../model/tree.ts";
import { judgeDrain, judgeTcp, judgeTimes } from "../rule/balancer.ts";
import { areOurs, judgePath } from "../rule/path.ts";

/** The fields of a target group's check, under the names of one language. */
export interface TargetGroup {
  readonly at: Tree;
  readonly path: Tree;
  readonly protocol: Tree;
  /** The protocol of the traffic: without HTTP the check is TCP by default. */
  readonly traffic: Tree;
  readonly interval: Tree;
  readonly timeout: Tree;
  readonly unhealthy: Tree;
  readonly matcher: Tree;
}

/** Judges the check of a target group of an AWS load balancer. */
export function judgeTargetGroup(report: Report, group: TargetGroup): void {
  const { at, path, protocol, traffic, interval, timeout, unhealthy, matcher } = group;
  report.seen(at);
  const ours = areOurs(report, [path.text]);
  if (path.text !== undefined) judgePath(report, ["routes"], { path: path.text, at: path }, { ours });
  if (/^TCP$/i.test(protocol.text ?? "") && /^HTTPS?$/i.test(traffic.text ?? ""))
    judgeTcp(report, protocol, "a check by HTTP with a path");
  const numberOf = (tree: Tree, otherwise: number): number =>
    typeof tree.value === "number" ? tree.value : /^\d+$/.test(tree.text ?? "") ? Number(tree.text) : otherwise;
  const { settings } = awsAlb;
  const seconds = numberOf(interval, Number(settings.interval.value));
  const wait = numberOf(timeout, Number(settings.timeout.value));
  if (wait >= seconds && (timeout.here || interval.here) && !timeout.isOpen && !interval.isOpen)
    judgeTimes(report, { timeout: wait, period: seconds - 1 }, timeout.here ? timeout : interval, {
      fix: `a timeout of ${Math.max(2, seconds - 1)} s`,
      ...(timeout.here && rawEdit(timeout, `${Math.max(2, seconds - 1)}`)),
    });
  if (ours && /\b[23]00-3|30\d/.test(matcher.text ?? ""))
    report.add({
      rule: "success-range-3xx",
      severity: "warning",
      at: matcher,
      what: `The matcher ${JSON.stringify(matcher.text)} accepts redirects.`,
      why: "A redirect to a login page or to another host then counts as healthy.",
      fix: matcher.field.endsWith("HttpCode") ? 'HttpCode: "200"' : 'matcher = "200"',
    });
  const failures = numberOf(unhealthy, 2);
  judgeDrain(report, failures * seconds + wait, `${failures} x ${seconds} + ${wait}`, interval.here ? interval : at);
}
