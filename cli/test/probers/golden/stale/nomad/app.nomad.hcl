# Put this block into group or task.
# Stale data is served. For this, set refuseAfter in the service to "never", or to the oldest age
#   that you accept. /ops/status then answers 200. Nomad needs no setting for it.
service {
  provider = "nomad"
  name     = "app"
  port     = "http"

  # Decides about traffic. One failure is enough. A 503 is noticed within 1 x 5 s + 2 s timeout =
  #   7 s (wanted: 60 s).
  check {
    type     = "http"
    name     = "readiness"
    method   = "GET"
    path     = "/ops/status"
    interval = "5s"
    timeout  = "2s"
  }

  # Restarts the task, so it does not depend on the data. The check is slow on purpose, because a
  #   false alarm kills the process. A process that hangs is noticed within 3 x 10 s + 5 s timeout
  #   = 35 s.
  check {
    type     = "http"
    name     = "liveness"
    method   = "GET"
    path     = "/ops/status/live"
    interval = "10s"
    timeout  = "5s"

    # grace is 1.5 x 120 s load.
    check_restart {
      limit = 3
      grace = "180s"
    }
  }
}
