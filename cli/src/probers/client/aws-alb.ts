import { fit } from "../model/fit.ts";
import { ConfigRefusedError, type Configuration, type Plan } from "../model/plan.ts";
import type { Prober } from "../model/prober.ts";
import { attributes, comment, linesOf, staleWords } from "../model/text.ts";

type TargetGroupField =
  "interval" | "timeout" | "healthy_threshold" | "unhealthy_threshold" | "matcher" | "deregistration_delay";

/** AWS Application Load Balancer; field names as in Terraform's `aws_lb_target_group`. */
export const awsAlb: Prober<TargetGroupField> = {
  name: "aws-alb",
  title: "AWS Application Load Balancer",
  sent: {
    method: "GET",
    httpVersion: "1.1",
    host: "target IP:port",
    headers: { "user-agent": "ELB-HealthChecker/2.0" },
    connection: "close",
  },
  passes: { statuses: [[200, 200]], setting: "matcher" },
  body: { match: "none" },
  redirects: "a failure",
  settings: {
    interval: { value: 30, least: 5, most: 300 },
    timeout: { value: 5, least: 2, most: 120 },
    healthy_threshold: { value: 5, least: 2, most: 10 },
    unhealthy_threshold: { value: 2, least: 2, most: 10 },
    matcher: { value: "200" },
    deregistration_delay: { value: 300, least: 0, most: 3_600 },
  },
  checks: [["routes"]],
  onFailure: "the target gets no new requests",
  allDown: { traffic: "all", text: "the load balancer fails open, and every target gets traffic" },
  notes: ["After registration one pass makes a target healthy.", "Every node of the balancer checks on its own."],
  sources: ["AWS user guide, Application Load Balancers: target-group-health-checks"],
  sure: ["doc"],
  configure: (plan) => targetGroup(awsAlb, plan, "HTTP"),
};

/** A target group with its check, for ALB and NLB. */
export function targetGroup(
  prober: Prober<TargetGroupField>,
  plan: Plan,
  protocol: "HTTP" | "TCP",
): readonly Configuration[] {
  const { settings } = prober;
  const check = fit(prober.name, plan, {
    interval: { best: 10, least: settings.interval.least ?? 1 },
    timeout: { best: 5, least: settings.timeout.least ?? 1 },
  });
  const delay = Math.max(plan.drainSeconds, check.reacts);
  if (delay > (settings.deregistration_delay.most ?? Infinity))
    throw new ConfigRefusedError(
      prober.name,
      `deregistration_delay accepts ${settings.deregistration_delay.most} s at most, and the drain takes ${delay} s`,
    );
  const warnings =
    plan.drainSeconds < check.reacts
      ? [
          `A drain of ${plan.drainSeconds} s ends before the 503 is noticed (${check.reacts} s): deregister first, or drain for ${check.reacts} s.`,
        ]
      : [];
  const text = linesOf(
    comment("#", staleWords(prober, plan), ...warnings),
    comment(
      "#",
      `On ECS, health_check_grace_period_seconds >= ${plan.loadSeconds} s (the load), or the service kills tasks that are still loading. It also replaces tasks that fail this check: if stale tasks must live, ask the liveness path here and guard the routes.`,
    ),
    `resource "aws_lb_target_group" "app" {`,
    attributes("  ", {
      name: '"app"',
      port: plan.port,
      protocol: `"${protocol}"`,
      target_type: '"ip"',
      vpc_id: "var.vpc_id",
    }),
    "",
    comment("  #", `max(${plan.drainSeconds} s drain, ${check.reacts} s until a 503 is noticed) = ${delay}.`),
    `  deregistration_delay = ${delay}`,
    "",
    "  health_check {",
    ...(protocol === "TCP"
      ? comment(
          "    #",
          "HTTP, though TCP is the default: the kernel still accepts connections for a process that is stopped.",
        )
      : []),
    attributes("    ", { protocol: '"HTTP"', path: `"${plan.paths.readiness}"`, matcher: '"200"' }),
    comment("    #", `${check.why}.`),
    attributes("    ", { interval: check.interval, timeout: check.timeout, unhealthy_threshold: check.failures }),
    comment("    #", "Two passes in a row; after registration one is enough."),
    "    healthy_threshold = 2",
    "  }",
    "}",
  );
  return [{ file: "target-group.tf", format: "hcl", text, warnings }];
}
