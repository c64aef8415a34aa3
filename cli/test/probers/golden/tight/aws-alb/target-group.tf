# Stale data is refused: /status answers 503 past refuseAfter. If the source dies, that happens
#   everywhere at once, and then: the load balancer fails open, and every target gets traffic.
# A drain of 0 s ends before the 503 is noticed (12 s): deregister first, or drain for 12 s.
# On ECS, health_check_grace_period_seconds >= 180 s (the load), or the service kills tasks that
#   are still loading. It also replaces tasks that fail this check: if stale tasks must live, ask
#   the liveness path here and guard the routes.
resource "aws_lb_target_group" "app" {
  name        = "app"
  port        = 5100
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = var.vpc_id

  # max(0 s drain, 12 s until a 503 is noticed) = 12.
  deregistration_delay = 12

  health_check {
    protocol = "HTTP"
    path     = "/status"
    matcher  = "200"
    # a 503 is noticed within 2 x 5 + 2 = 12 s (wanted: 12 s).
    interval            = 5
    timeout             = 2
    unhealthy_threshold = 2
    # Two passes in a row; after registration one is enough.
    healthy_threshold = 2
  }
}
