# Stale data is refused: /status answers 503 past refuseAfter. If the source dies, that happens
#   everywhere at once, and then: Consul's answer is empty, and clients find nobody.
# No deregister_critical_service_after: a service that is still loading (60 s) or stale is
#   critical, not gone.
service {
  name = "app"
  port = 5100

  check {
    id     = "app-readiness"
    name   = "readiness"
    http   = "http://127.0.0.1:5100/status"
    method = "GET"
    # a 503 is noticed within 2 x 5 + 2 = 12 s (wanted: 30 s); one failure is tolerated.
    interval                 = "5s"
    timeout                  = "2s"
    failures_before_critical = 1
  }
}
