vcl 4.1;

# Stale data is served. For this, set refuseAfter in the service to "never", or to the oldest age
#   that you accept. /ops/status then answers 200. Varnish needs no setting for it.
probe app_ready {
    .url = "/ops/status";
    .expected_response = 200;
    # 3 of 4 checks must pass, so 2 failures are too many. A 503 is noticed within 2 x 2 s + 1 s
    #   timeout = 5 s (wanted: 60 s).
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
