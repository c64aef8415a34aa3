import { ConfigRefusedError } from "../model/plan.ts";
import type { Prober } from "../model/prober.ts";
import { comment, linesOf, staleWords } from "../model/text.ts";

/** Varnish's backend probes; names as in vcl-probe(7). */
export const varnish: Prober<".interval" | ".timeout" | ".window" | ".threshold" | ".initial" | ".expected_response"> =
  {
    name: "varnish",
    title: "Varnish",
    sent: { method: "GET", httpVersion: "1.1", host: "the backend's host", headers: {}, connection: "close" },
    passes: { statuses: [[200, 200]], setting: ".expected_response" },
    body: { match: "none" },
    redirects: "a failure",
    settings: {
      ".interval": { value: 5 },
      ".timeout": { value: 2 },
      ".window": { value: 8, least: 1, most: 64 },
      ".threshold": { value: 3, least: 1, most: 64 },
      ".initial": { value: 2, least: 0 },
      ".expected_response": { value: 200 },
    },
    checks: [["routes"]],
    onFailure: "the backend is marked sick, and gets no traffic",
    allDown: { traffic: "none", text: "Varnish answers 503, or from its cache during grace" },
    notes: [
      "A backend is healthy if at least .threshold of the last .window checks passed.",
      "A check ends only when the connection ends.",
    ],
    sources: ["vcl-probe(7)"],
    sure: ["doc", "run"],
    configure: (plan) => {
      const [interval, timeout] = plan.reactionSeconds >= 5 ? [2, 1] : [1, 1];
      const reacts = 2 * interval + timeout;
      if (reacts > plan.reactionSeconds)
        throw new ConfigRefusedError(
          "varnish",
          `it cannot notice a 503 within ${plan.reactionSeconds} s. The fastest check needs 3 s: 2 x 1 s + 1 s timeout`,
        );
      const text = linesOf(
        "vcl 4.1;",
        "",
        comment("#", staleWords(varnish, plan)),
        "probe app_ready {",
        `    .url = "${plan.paths.readiness}";`,
        "    .expected_response = 200;",
        comment(
          "    #",
          `3 of 4 checks must pass, so 2 failures are too many. A 503 is noticed within 2 x ${interval} s + ${timeout} s timeout = ${reacts} s (wanted: ${plan.reactionSeconds} s).`,
        ),
        `    .interval = ${interval}s;`,
        `    .timeout = ${timeout}s;`,
        "    .window = 4;",
        "    .threshold = 3;",
        comment("    #", "At the start, two checks count as passed. So the result of the first check decides."),
        "    .initial = 2;",
        "}",
        "",
        "backend app {",
        '    .host = "127.0.0.1";',
        `    .port = "${plan.port}";`,
        "    .probe = app_ready;",
        "}",
      );
      return [{ file: "default.vcl", format: "vcl", text, warnings: [] }];
    },
  };
