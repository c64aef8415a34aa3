# Stale data is refused: /status answers 503 past refuseAfter. If the source dies, that happens
#   everywhere at once, and then: an application balancer answers 5xx; a passthrough one spreads
#   over all as a last resort.
resource "google_compute_health_check" "app" {
  name = "app"

  # Routes: a 503 is noticed within 2 x 4 + 4 = 12 s (wanted: 12 s).
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

# Autohealing replaces instances, so it has a check of its own, on liveness; never the one above.
resource "google_compute_health_check" "app_autohealing" {
  name = "app-autohealing"

  # slow on purpose, for a false alarm kills: a wedged process is noticed within 3 x 10 + 5 = 35 s.
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

# In google_compute_instance_group_manager: auto_healing_policies { initial_delay_sec = 270 },
# that is 1.5 x 180 s load: liveness passes while loading, but a load that blocks the event loop
#   must not count.
