# Stale data is refused: /status answers 503 if the data is older than refuseAfter. If the source
#   stops, this happens to all replicas at once. The result: an application load balancer answers
#   5xx; a passthrough load balancer sends traffic to all backends.
resource "google_compute_health_check" "app" {
  name = "app"

  # Decides about traffic. A 503 is noticed within 2 x 4 s + 4 s timeout = 12 s (wanted: 12 s).
  check_interval_sec  = 4
  timeout_sec         = 4
  healthy_threshold   = 2
  unhealthy_threshold = 2

  http_health_check {
    port         = 5100
    request_path = "/status"
    response     = "I-AM-ALIVE"
  }
}

# Autohealing replaces instances, so it needs its own check with the liveness path. Never use the
#   check above for it.
resource "google_compute_health_check" "app_autohealing" {
  name = "app-autohealing"

  # The check is slow on purpose, because a false alarm kills the process. A process that hangs is
  #   noticed within 3 x 10 s + 5 s timeout = 35 s.
  check_interval_sec  = 10
  timeout_sec         = 5
  healthy_threshold   = 1
  unhealthy_threshold = 3

  http_health_check {
    port         = 5100
    request_path = "/status/live"
    response     = "I-AM-ALIVE"
  }
}

# In google_compute_instance_group_manager, set auto_healing_policies { initial_delay_sec = 270 }.
# This is 1.5 x 180 s load. Liveness passes during a load, but not while a load blocks the event
#   loop.
