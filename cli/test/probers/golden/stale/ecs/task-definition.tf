# Liveness, because ECS replaces the task. A task that loads or has stale data must not be
#   replaced.
# The check is slow on purpose, because a false alarm kills the process. A process that hangs is
#   noticed within 3 x 10 s + 5 s timeout = 35 s. curl gives up after 4 s, before ECS kills it.
# startPeriod: 1.5 x 120 s load = 180 s. At most 300 s are accepted.
# stopTimeout: 20 s drain + 15 s for open requests = 35 s. At most 120 s are accepted.
# With a load balancer, set health_check_grace_period_seconds = 180 in aws_ecs_service. Otherwise
#   ECS kills tasks that load, because they are not ready.
# The address is 127.0.0.1, because localhost may mean ::1, and the service may listen on IPv4
#   only.
# If the image has no curl, use: node -e "fetch('http://127.0.0.1:5100/ops/status/live').then((r)
#   => process.exit(r.status === 200 ? 0 : 1), () => process.exit(1))"
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
