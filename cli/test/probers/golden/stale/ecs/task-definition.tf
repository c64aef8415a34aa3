# Liveness: ECS replaces the task, and a loading or stale one must not be replaced.
# slow on purpose, for a false alarm kills: a wedged process is noticed within 3 x 10 + 5 = 35 s;
#   curl gives up at 4 s, before ECS does.
# startPeriod: 1.5 x 120 s load = 180 s, 300 s at most.
# stopTimeout: 20 s drain + 15 s for what is in flight = 35 s, of 120 s at most.
# In aws_ecs_service behind a balancer: health_check_grace_period_seconds = 180, or tasks that load
#   are killed for their readiness.
# 127.0.0.1 and not localhost, which may be ::1 where only IPv4 is bound.
# Without curl in the image: node -e "fetch('http://127.0.0.1:5100/ops/status/live').then((r) =>
#   process.exit(r.status === 200 ? 0 : 1), () => process.exit(1))"
resource "aws_ecs_task_definition" "app" {
  family = "app"

  container_definitions = jsonencode([{
    name         = "app"
    image        = "example.test/app:1"
    essential    = true
    stopTimeout  = 35
    portMappings = [{ containerPort = 5100 }]
    healthCheck = {
      command     = ["CMD-SHELL", "curl -fsS -o /dev/null --max-time 4 http://127.0.0.1:5100/ops/status/live || exit 1"]
      interval    = 10
      timeout     = 5
      retries     = 3
      startPeriod = 180
    }
  }])
}
