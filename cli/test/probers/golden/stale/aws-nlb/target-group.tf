# Stale data is served: say so in the service (refuseAfter: "never" or an age), so that /status
#   answers 200; AWS Network Load Balancer needs nothing for it.
# A drain of 20 s ends before the 503 is noticed (25 s): deregister first, or drain for 25 s.
# On ECS, health_check_grace_period_seconds >= 120 s (the load), or the service kills tasks that
#   are still loading. It also replaces tasks that fail this check: if stale tasks must live, ask
#   the liveness path here and guard the routes.
resource "aws_lb_target_group" "app" {
  name        = "app"
  port        = 5100
  protocol    = "TCP"
  target_type = "ip"
  vpc_id      = var.vpc_id

  # max(20 s drain, 25 s until a 503 is noticed) = 25.
  deregistration_delay = 25

  health_check {
    # HTTP, though TCP is the default: the kernel still accepts connections for a process that is
    #   stopped.
    protocol = "HTTP"
    path     = "/ops/status"
    matcher  = "200"
    # a 503 is noticed within 2 x 10 + 5 = 25 s (wanted: 60 s).
    interval            = 10
    timeout             = 5
    unhealthy_threshold = 2
    # Two passes in a row; after registration one is enough.
    healthy_threshold = 2
  }
}
