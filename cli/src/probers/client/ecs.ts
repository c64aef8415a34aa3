import { startPeriodOf } from "./docker.ts";
import { LIVENESS } from "../model/fit.ts";
import { ConfigRefusedError } from "../model/plan.ts";
import type { Prober } from "../model/prober.ts";
import { comment, curl, linesOf, LOOPBACK, withoutCurl } from "../model/text.ts";

/** The container check of Amazon ECS; names as in a task definition's `healthCheck`. */
export const ecs: Prober<"interval" | "timeout" | "retries" | "startPeriod" | "stopTimeout"> = {
  name: "ecs",
  title: "Amazon ECS container check",
  sent: { method: "command", httpVersion: "none", host: "depends on the command", headers: {}, connection: "unknown" },
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
  onFailure: "the service replaces a task with an unhealthy essential container",
  allDown: { traffic: "unaffected", text: "the load balancer decides, not this check" },
  notes: ["ECS ignores the HEALTHCHECK of the image."],
  sources: ["AWS documentation, ECS HealthCheck"],
  sure: ["doc"],
  configure: (plan) => {
    const wanted = startPeriodOf(plan);
    const most = ecs.settings.startPeriod.most ?? 300;
    const stop = plan.drainSeconds + 15;
    if (stop > (ecs.settings.stopTimeout.most ?? 120))
      throw new ConfigRefusedError(
        "ecs",
        `stopTimeout accepts at most 120 s, but the drain of ${plan.drainSeconds} s and 15 s for open requests take ${stop} s`,
      );
    const warnings =
      plan.loadSeconds > most
        ? [
            `The load takes ${plan.loadSeconds} s, but startPeriod accepts at most ${most} s. So only liveness is safe here, because it passes during the load.`,
          ]
        : [];
    const text = linesOf(
      comment(
        "#",
        "Liveness, because ECS replaces the task. A task that loads or has stale data must not be replaced.",
        `${LIVENESS.why}. curl gives up after ${LIVENESS.timeout - 1} s, before ECS kills it.`,
        `startPeriod: 1.5 x ${plan.loadSeconds} s load = ${wanted} s. At most ${most} s are accepted.`,
        `stopTimeout: ${plan.drainSeconds} s drain + 15 s for open requests = ${stop} s. At most 120 s are accepted.`,
        `With a load balancer, set health_check_grace_period_seconds = ${wanted} in aws_ecs_service. Otherwise ECS kills tasks that load, because they are not ready.`,
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
