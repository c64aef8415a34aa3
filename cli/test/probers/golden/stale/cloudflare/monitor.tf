# Stale data is served: say so in the service (refuseAfter: "never" or an age), so that /status
#   answers 200; Cloudflare Load Balancing needs nothing for it.
# An interval of 55 s needs a paid plan (least 60, 15 or 10 s by plan).
resource "cloudflare_load_balancer_monitor" "app" {
  account_id       = var.account_id
  type             = "http"
  method           = "GET"
  port             = 5100
  path             = "/ops/status"
  expected_codes   = "200"
  expected_body    = "I-AM-ALIVE"
  follow_redirects = false

  # a 503 is noticed within 1 x 55 + 5 = 60 s (wanted: 60 s); the retries follow at once, each with
  #   the same timeout.
  interval = 55
  timeout  = 5
  retries  = 1
}
