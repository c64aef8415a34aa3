vcl 4.1;

# Stale data is served: say so in the service (refuseAfter: "never" or an age), so that /status
#   answers 200; Varnish needs nothing for it.
probe app_ready {
    .url = "/ops/status";
    .expected_response = 200;
    # With 3 good ones of 4 the second failure counts: a 503 is noticed within 2 x 2 + 1 = 5 s
    #   (wanted: 60 s).
    .interval = 2s;
    .timeout = 1s;
    .window = 4;
    .threshold = 3;
    # Two good ones to begin with: the first answer decides.
    .initial = 2;
}

backend app {
    .host = "127.0.0.1";
    .port = "5100";
    .probe = app_ready;
}
