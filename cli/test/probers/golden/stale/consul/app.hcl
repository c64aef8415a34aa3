# Stale data is served: say so in the service (refuseAfter: "never" or an age), so that /status
#   answers 200; Consul needs nothing for it.
# No deregister_critical_service_after: a service that is still loading (120 s) or stale is
#   critical, not gone.
service {
  name = "app"
  port = 5100

  check {
    id     = "app-readiness"
    name   = "readiness"
    http   = "http://127.0.0.1:5100/ops/status"
    method = "GET"
    # a 503 is noticed within 2 x 5 + 2 = 12 s (wanted: 60 s); one failure is tolerated.
    interval                 = "5s"
    timeout                  = "2s"
    failures_before_critical = 1
  }
}
