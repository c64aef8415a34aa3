# Stale data is served. For this, set refuseAfter in the service to "never", or to the oldest age
#   that you accept. /ops/status then answers 200. Cloudflare Load Balancing needs no setting for
#   it.
# An interval of 55 s needs a paid plan. The smallest interval is 60, 15 or 10 s, depending on the
#   plan.
resource "cloudflare_load_balancer_monitor" "app" {
  account_id       = var.account_id
  type             = "http"
  method           = "GET"
  port             = 5100
  path             = "/ops/status"
  expected_codes   = "200"
  expected_body    = "I-AM-ALIVE"
  follow_redirects = false

  # A 503 is noticed within 1 x 55 s + 5 s timeout = 60 s (wanted: 60 s). A retry follows at once,
  #   with the same timeout.
  interval = 55
  timeout  = 5
  retries  = 1
}
