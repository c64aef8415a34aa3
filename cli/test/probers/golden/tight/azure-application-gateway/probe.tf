# Inside azurerm_application_gateway; name it in backend_http_settings { probe_name }.
# Stale data is refused: /status answers 503 past refuseAfter. If the source dies, that happens
#   everywhere at once, and then: the gateway answers 502.
probe {
  name     = "app"
  protocol = "Http"
  host     = "app.example.test"
  port     = 5100
  path     = "/status"

  # a 503 is noticed within 2 x 4 + 4 = 12 s (wanted: 12 s).
  interval            = 4
  timeout             = 4
  unhealthy_threshold = 2

  # 200 and no other: the default, 200-399, takes a redirect for a pass.
  match {
    status_code = ["200"]
    body        = "I-AM-ALIVE"
  }
}
