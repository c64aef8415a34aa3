import { startPeriodOf } from "./docker.ts";
import { LIVENESS } from "../model/fit.ts";
import { ConfigRefusedError } from "../model/plan.ts";
import type { Prober } from "../model/prober.ts";
import { comment, curl, linesOf, LOOPBACK, withoutCurl } from "../model/text.ts";

/** The container check of Amazon ECS; names as in a task definition's `healthCheck`. */
export const ecs: Prober<"interval" | "timeout" | "retries" | "startPeriod" | "stopTimeout"> = {
  name: "ecs",
  title: "Amazon ECS container check",
  sent: { method: "command", httpVersion: "none", host: "as the command says", headers: {}, connection: "unknown" },
  passes: { statuses: [] },
  body: { match: "script" },
  redirects: "script",
  settings: {
    interval: { value: 30, least: 5, most: 300 },
    timeout: { value: 5, least: 2, most: 60 },
    retries: { value: 3, least: 1, most: 10 },
    startPeriod: { value: null, least: 0, most: 300 },
    stopTimeout: { value: 30, least: 2, most: 120 },
  },
  checks: [["replaces"]],
  onFailure: "an unhealthy essential container makes the service replace the task",
  allDown: { traffic: "unaffected", text: "the balancer in front decides, not this check" },
  notes: ["The image's own HEALTHCHECK is ignored."],
  sources: ["AWS documentation, ECS HealthCheck"],
  sure: ["doc"],
  configure: (plan) => {
    const wanted = startPeriodOf(plan);
    const most = ecs.settings.startPeriod.most ?? 300;
    const stop = plan.drainSeconds + 15;
    if (stop > (ecs.settings.stopTimeout.most ?? 120))
      throw new ConfigRefusedError(
        "ecs",
        `stopTimeout accepts 120 s at most, and a drain of ${plan.drainSeconds} s with 15 s for what is in flight takes ${stop} s`,
      );
    const warnings =
      plan.loadSeconds > most
        ? [
            `The load takes ${plan.loadSeconds} s and startPeriod accepts ${most} s at most: only liveness, which passes while loading, is safe here.`,
          ]
        : [];
    const text = linesOf(
      comment(
        "#",
        "Liveness: ECS replaces the task, and a loading or stale one must not be replaced.",
        `${LIVENESS.why}; curl gives up at ${LIVENESS.timeout - 1} s, before ECS does.`,
        `startPeriod: 1.5 x ${plan.loadSeconds} s load = ${wanted} s, ${most} s at most.`,
        `stopTimeout: ${plan.drainSeconds} s drain + 15 s for what is in flight = ${stop} s, of 120 s at most.`,
        `In aws_ecs_service behind a balancer: health_check_grace_period_seconds = ${wanted}, or tasks that load are killed for their readiness.`,
        LOOPBACK,
        withoutCurl(plan, plan.paths.liveness),
        ...warnings,
      ),
      'resource "aws_ecs_task_definition" "app" {',
      '  family = "app"',
      "",
      "  container_definitions = jsonencode([{",
      '    name         = "app"',
      '    image        = "example.test/app:1"',
      "    essential    = true",
      `    stopTimeout  = ${Math.max(2, stop)}`,
      `    portMappings = [{ containerPort = ${plan.port} }]`,
      "    healthCheck = {",
      `      command     = ["CMD-SHELL", "${curl(plan, plan.paths.liveness, LIVENESS.timeout - 1)} || exit 1"]`,
      `      interval    = ${LIVENESS.period}`,
      `      timeout     = ${LIVENESS.timeout}`,
      `      retries     = ${LIVENESS.failures}`,
      `      startPeriod = ${Math.min(most, wanted)}`,
      "    }",
      "  }])",
      "}",
    );
    return [{ file: "task-definition.tf", format: "hcl", text, warnings }];
  },
};
