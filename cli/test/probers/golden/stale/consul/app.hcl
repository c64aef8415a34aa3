# Stale data is served. For this, set refuseAfter in the service to "never", or to the oldest age
#   that you accept. /ops/status then answers 200. Consul needs no setting for it.
# Do not set deregister_critical_service_after. It would remove a service that loads (120 s) or has
#   stale data.
service {
  name = "app"
  port = 5100

  check {
    id     = "app-readiness"
    name   = "readiness"
    http   = "http://127.0.0.1:5100/ops/status"
    method = "GET"
    # A 503 is noticed within 2 x 5 s + 2 s timeout = 12 s (wanted: 60 s). One failure is
    #   tolerated.
    interval                 = "5s"
    timeout                  = "2s"
    failures_before_critical = 1
  }
}
