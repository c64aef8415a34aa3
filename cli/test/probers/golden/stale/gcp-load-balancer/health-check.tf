# Stale data is served: say so in the service (refuseAfter: "never" or an age), so that /status
#   answers 200; Google Cloud load balancer needs nothing for it.
resource "google_compute_health_check" "app" {
  name = "app"

  # Routes: a 503 is noticed within 2 x 5 + 5 = 15 s (wanted: 60 s).
  check_interval_sec  = 5
  timeout_sec         = 5
  healthy_threshold   = 2
  unhealthy_threshold = 2

  http_health_check {
    port         = 5100
    request_path = "/ops/status"
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
    request_path = "/ops/status/live"
    response     = "I-AM-ALIVE"
  }
}

# In google_compute_instance_group_manager: auto_healing_policies { initial_delay_sec = 180 },
# that is 1.5 x 120 s load: liveness passes while loading, but a load that blocks the event loop
#   must not count.
