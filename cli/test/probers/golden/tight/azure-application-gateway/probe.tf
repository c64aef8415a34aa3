# Put this block into azurerm_application_gateway. Set backend_http_settings { probe_name } to its
#   name.
# Stale data is refused: /status answers 503 if the data is older than refuseAfter. If the source
#   stops, this happens to all replicas at once. The result: the gateway answers 502.
probe {
  name     = "app"
  protocol = "Http"
  host     = "app.example.test"
  port     = 5100
  path     = "/status"

  # A 503 is noticed within 2 x 4 s + 4 s timeout = 12 s (wanted: 12 s).
  interval            = 4
  timeout             = 4
  unhealthy_threshold = 2

  # Only 200 passes. With the default, 200-399, a redirect would pass too.
  match {
    status_code = ["200"]
    body        = "I-AM-ALIVE"
  }
}
