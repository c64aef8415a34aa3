# Inside group or task.
# Stale data is refused: /status answers 503 past refuseAfter. If the source dies, that happens
#   everywhere at once, and then: no healthy service is offered.
service {
  provider = "nomad"
  name     = "app"
  port     = "http"

  # Routes, on one failure: a 503 is noticed within 1 x 5 + 2 = 7 s (wanted: 12 s).
  check {
    type     = "http"
    name     = "readiness"
    method   = "GET"
    path     = "/status"
    interval = "5s"
    timeout  = "2s"
  }

  # Restarts, so it knows nothing of data; slow on purpose, for a false alarm kills: a wedged
  #   process is noticed within 3 x 10 + 5 = 35 s.
  check {
    type     = "http"
    name     = "liveness"
    method   = "GET"
    path     = "/status/live"
    interval = "10s"
    timeout  = "5s"

    # grace: 1.5 x 180 s load.
    check_restart {
      limit = 3
      grace = "270s"
    }
  }
}
