# Stale data is refused: /status answers 503 past refuseAfter. If the source dies, that happens
#   everywhere at once, and then: the fallback pool gets the traffic, healthy or not.
# An interval of 25 s needs a paid plan (least 60, 15 or 10 s by plan).
resource "cloudflare_load_balancer_monitor" "app" {
  account_id       = var.account_id
  type             = "http"
  method           = "GET"
  port             = 5100
  path             = "/status"
  expected_codes   = "200"
  expected_body    = "I-AM-ALIVE"
  follow_redirects = false

  # a 503 is noticed within 1 x 25 + 5 = 30 s (wanted: 30 s); the retries follow at once, each with
  #   the same timeout.
  interval = 25
  timeout  = 5
  retries  = 1
}
