# Put this block into azurerm_application_gateway. Set backend_http_settings { probe_name } to its
#   name.
# Stale data is served. For this, set refuseAfter in the service to "never", or to the oldest age
#   that you accept. /ops/status then answers 200. Azure Application Gateway needs no setting for
#   it.
probe {
  name     = "app"
  protocol = "Http"
  host     = "app.example.test"
  port     = 5100
  path     = "/ops/status"

  # A 503 is noticed within 2 x 10 s + 5 s timeout = 25 s (wanted: 60 s).
  interval            = 10
  timeout             = 5
  unhealthy_threshold = 2

  # Only 200 passes. With the default, 200-399, a redirect would pass too.
  match {
    status_code = ["200"]
    body        = "I-AM-ALIVE"
  }
}
