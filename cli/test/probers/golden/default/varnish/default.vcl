vcl 4.1;

# Stale data is refused: /status answers 503 if the data is older than refuseAfter. If the source
#   stops, this happens to all replicas at once. The result: Varnish answers 503, or from its cache
#   during grace.
probe app_ready {
    .url = "/status";
    .expected_response = 200;
    # 3 of 4 checks must pass, so 2 failures are too many. A 503 is noticed within 2 x 2 s + 1 s
    #   timeout = 5 s (wanted: 30 s).
    .interval = 2s;
    .timeout = 1s;
    .window = 4;
    .threshold = 3;
    # At the start, two checks count as passed. So the result of the first check decides.
    .initial = 2;
}

backend app {
    .host = "127.0.0.1";
    .port = "5100";
    .probe = app_ready;
}
