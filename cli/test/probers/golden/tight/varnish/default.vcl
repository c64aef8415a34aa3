vcl 4.1;

# Stale data is refused: /status answers 503 past refuseAfter. If the source dies, that happens
#   everywhere at once, and then: Varnish answers 503 backend fetch failed, or from its cache in
#   grace.
probe app_ready {
    .url = "/status";
    .expected_response = 200;
    # With 3 good ones of 4 the second failure counts: a 503 is noticed within 2 x 2 + 1 = 5 s
    #   (wanted: 12 s).
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
