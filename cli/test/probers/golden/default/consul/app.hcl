# Stale data is refused: /status answers 503 if the data is older than refuseAfter. If the source
#   stops, this happens to all replicas at once. The result: Consul's answer is empty, so clients
#   find no instance.
# Do not set deregister_critical_service_after. It would remove a service that loads (60 s) or has
#   stale data.
service {
  name = "app"
  port = 5100

  check {
    id     = "app-readiness"
    name   = "readiness"
    http   = "http://127.0.0.1:5100/status"
    method = "GET"
    # A 503 is noticed within 2 x 5 s + 2 s timeout = 12 s (wanted: 30 s). One failure is
    #   tolerated.
    interval                 = "5s"
    timeout                  = "2s"
    failures_before_critical = 1
  }
}
