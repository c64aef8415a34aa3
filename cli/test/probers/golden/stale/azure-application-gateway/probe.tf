# Inside azurerm_application_gateway; name it in backend_http_settings { probe_name }.
# Stale data is served: say so in the service (refuseAfter: "never" or an age), so that /status
#   answers 200; Azure Application Gateway needs nothing for it.
probe {
  name     = "app"
  protocol = "Http"
  host     = "app.example.test"
  port     = 5100
  path     = "/ops/status"

  # a 503 is noticed within 2 x 10 + 5 = 25 s (wanted: 60 s).
  interval            = 10
  timeout             = 5
  unhealthy_threshold = 2

  # 200 and no other: the default, 200-399, takes a redirect for a pass.
  match {
    status_code = ["200"]
    body        = "I-AM-ALIVE"
  }
}
