# Stale data is refused: /status answers 503 if the data is older than refuseAfter. If the source
#   stops, this happens to all replicas at once. The result: the fallback pool gets the traffic,
#   even if it is unhealthy.
# An interval of 10 s needs a paid plan. The smallest interval is 60, 15 or 10 s, depending on the
#   plan.
resource "cloudflare_load_balancer_monitor" "app" {
  account_id       = var.account_id
  type             = "http"
  method           = "GET"
  port             = 5100
  path             = "/status"
  expected_codes   = "200"
  expected_body    = "I-AM-ALIVE"
  follow_redirects = false

  # A 503 is noticed within 1 x 10 s + 2 s timeout = 12 s (wanted: 12 s). A retry follows at once,
  #   with the same timeout.
  interval = 10
  timeout  = 2
  retries  = 1
}
