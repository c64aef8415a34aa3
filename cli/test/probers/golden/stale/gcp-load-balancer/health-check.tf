# Stale data is served. For this, set refuseAfter in the service to "never", or to the oldest age
#   that you accept. /ops/status then answers 200. Google Cloud load balancer needs no setting for
#   it.
resource "google_compute_health_check" "app" {
  name = "app"

  # Decides about traffic. A 503 is noticed within 2 x 5 s + 5 s timeout = 15 s (wanted: 60 s).
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
    request_path = "/ops/status/live"
    response     = "I-AM-ALIVE"
  }
}

# In google_compute_instance_group_manager, set auto_healing_policies { initial_delay_sec = 180 }.
# This is 1.5 x 120 s load. Liveness passes during a load, but not while a load blocks the event
#   loop.
