# Inside group or task.
# Stale data is served: say so in the service (refuseAfter: "never" or an age), so that /status
#   answers 200; Nomad needs nothing for it.
service {
  provider = "nomad"
  name     = "app"
  port     = "http"

  # Routes, on one failure: a 503 is noticed within 1 x 5 + 2 = 7 s (wanted: 60 s).
  check {
    type     = "http"
    name     = "readiness"
    method   = "GET"
    path     = "/ops/status"
    interval = "5s"
    timeout  = "2s"
  }

  # Restarts, so it knows nothing of data; slow on purpose, for a false alarm kills: a wedged
  #   process is noticed within 3 x 10 + 5 = 35 s.
  check {
    type     = "http"
    name     = "liveness"
    method   = "GET"
    path     = "/ops/status/live"
    interval = "10s"
    timeout  = "5s"

    # grace: 1.5 x 120 s load.
    check_restart {
      limit = 3
      grace = "180s"
    }
  }
}
