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
  allDown: { traffic: "all", text: "every target gets traffic" },
  notes: [
    "After its registration, a target is healthy after one pass.",
    "Each node of the load balancer checks every target.",
  ],
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
      `deregistration_delay accepts at most ${settings.deregistration_delay.most} s, but the drain takes ${delay} s`,
    );
  const warnings =
    plan.drainSeconds < check.reacts
      ? [
          `The balancer notices the 503 after ${check.reacts} s, but the drain ends after ${plan.drainSeconds} s. Deregister the target first, or drain for ${check.reacts} s.`,
        ]
      : [];
  const text = linesOf(
    comment("#", staleWords(prober, plan), ...warnings),
    comment(
      "#",
      `On ECS, set health_check_grace_period_seconds to ${plan.loadSeconds} or more, the time of a load. Otherwise ECS kills tasks that are still loading.`,
      "ECS also replaces tasks that fail this check. To keep stale tasks, use the liveness path here, and protect the routes with guard() of the library.",
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
    comment("  #", `max(${plan.drainSeconds} s drain, ${check.reacts} s until a 503 is noticed) = ${delay} s.`),
    `  deregistration_delay = ${delay}`,
    "",
    "  health_check {",
    ...(protocol === "TCP"
      ? comment(
          "    #",
          "HTTP instead of the default TCP, because the kernel accepts connections even if the process is stopped.",
        )
      : []),
    attributes("    ", { protocol: '"HTTP"', path: `"${plan.paths.readiness}"`, matcher: '"200"' }),
    comment("    #", `${check.why}.`),
    attributes("    ", { interval: check.interval, timeout: check.timeout, unhealthy_threshold: check.failures }),
    comment("    #", "Two passes in a row make a target healthy again. After its registration, one pass is enough."),
    "    healthy_threshold = 2",
    "  }",
    "}",
  );
  return [{ file: "target-group.tf", format: "hcl", text, warnings }];
}
