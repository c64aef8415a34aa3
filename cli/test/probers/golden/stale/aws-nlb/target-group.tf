# Stale data is served. For this, set refuseAfter in the service to "never", or to the oldest age
#   that you accept. /ops/status then answers 200. AWS Network Load Balancer needs no setting for
#   it.
# The balancer notices the 503 after 25 s, but the drain ends after 20 s. Deregister the target
#   first, or drain for 25 s.
# On ECS, set health_check_grace_period_seconds to 120 or more, the time of a load. Otherwise ECS
#   kills tasks that are still loading.
# ECS also replaces tasks that fail this check. To keep stale tasks, use the liveness path here,
#   and protect the routes with guard() of the library.
resource "aws_lb_target_group" "app" {
  name        = "app"
  port        = 5100
  protocol    = "TCP"
  target_type = "ip"
  vpc_id      = var.vpc_id

  # max(20 s drain, 25 s until a 503 is noticed) = 25 s.
  deregistration_delay = 25

  health_check {
    # HTTP instead of the default TCP, because the kernel accepts connections even if the process
    #   is stopped.
    protocol = "HTTP"
    path     = "/ops/status"
    matcher  = "200"
    # A 503 is noticed within 2 x 10 s + 5 s timeout = 25 s (wanted: 60 s).
    interval            = 10
    timeout             = 5
    unhealthy_threshold = 2
    # Two passes in a row make a target healthy again. After its registration, one pass is enough.
    healthy_threshold = 2
  }
}
