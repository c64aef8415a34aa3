# Stale data is refused: /status answers 503 if the data is older than refuseAfter. If the source
#   stops, this happens to all replicas at once. The result: every target gets traffic.
# The balancer notices the 503 after 12 s, but the drain ends after 0 s. Deregister the target
#   first, or drain for 12 s.
# On ECS, set health_check_grace_period_seconds to 180 or more, the time of a load. Otherwise ECS
#   kills tasks that are still loading.
# ECS also replaces tasks that fail this check. To keep stale tasks, use the liveness path here,
#   and protect the routes with guard() of the library.
resource "aws_lb_target_group" "app" {
  name        = "app"
  port        = 5100
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = var.vpc_id

  # max(0 s drain, 12 s until a 503 is noticed) = 12 s.
  deregistration_delay = 12

  health_check {
    protocol = "HTTP"
    path     = "/status"
    matcher  = "200"
    # A 503 is noticed within 2 x 5 s + 2 s timeout = 12 s (wanted: 12 s).
    interval            = 5
    timeout             = 2
    unhealthy_threshold = 2
    # Two passes in a row make a target healthy again. After its registration, one pass is enough.
    healthy_threshold = 2
  }
}
