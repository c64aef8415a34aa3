import { targetGroup } from "./aws-alb.ts";
import type { Prober } from "../model/prober.ts";

/** AWS Network Load Balancer with an HTTP check; field names as in Terraform's `aws_lb_target_group`. */
export const awsNlb: Prober<
  "interval" | "timeout" | "healthy_threshold" | "unhealthy_threshold" | "matcher" | "deregistration_delay"
> = {
  name: "aws-nlb",
  title: "AWS Network Load Balancer",
  sent: {
    method: "TCP connect",
    httpVersion: "1.1",
    host: "the balancer node's address",
    headers: { "user-agent": "ELB-HealthChecker/2.0" },
    connection: "close",
  },
  passes: { statuses: [[200, 399]], setting: "matcher" },
  body: { match: "none" },
  redirects: "a pass",
  settings: {
    interval: { value: 30, least: 5, most: 300 },
    timeout: { value: 6, least: 2, most: 120 },
    healthy_threshold: { value: 5, least: 2, most: 10 },
    unhealthy_threshold: { value: 2, least: 2, most: 10 },
    matcher: { value: "200-399" },
    deregistration_delay: { value: 300, least: 0, most: 3_600 },
  },
  checks: [["routes"]],
  onFailure: "existing connections are reset, and new ones go to other targets",
  allDown: { traffic: "all", text: "every target gets traffic; a zone without healthy targets is removed from DNS" },
  notes: [
    "Several checkers send requests, so the target gets more requests than configured.",
    "The default timeout is 6 s for an HTTP check, and 10 s for a TCP check.",
    "The default thresholds are 5 passes and 2 failures. In older documentation, they are 3 and 3.",
  ],
  sources: ["AWS user guide, Network Load Balancers: target-group-health-checks"],
  sure: ["doc", "mem"],
  configure: (plan) => targetGroup(awsNlb, plan, "TCP"),
};
