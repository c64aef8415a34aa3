import { fit } from "../model/fit.ts";
import type { Prober } from "../model/prober.ts";
import { comment, linesOf, staleWords } from "../model/text.ts";

/** HAProxy's `option httpchk`; names as in configuration.txt. */
export const haproxy: Prober<"inter" | "fall" | "rise" | "timeout check" | "http-check expect"> = {
  name: "haproxy",
  title: "HAProxy",
  sent: { method: "OPTIONS", httpVersion: "1.0", host: null, headers: {}, connection: "close" },
  passes: { statuses: [[200, 399]], setting: "http-check expect status" },
  body: { match: "regex", setting: "http-check expect string | rstring", limit: 16_384, alone: true },
  redirects: "a pass",
  settings: {
    inter: { value: 2 },
    fall: { value: 3, least: 1 },
    rise: { value: 2, least: 1 },
    "timeout check": { value: null },
    "http-check expect": { value: "status 200-399" },
  },
  checks: [["routes"]],
  onFailure: "the server is taken down; with error-status L7OKC it keeps existing sessions",
  allDown: { traffic: "none", text: "HAProxy itself answers 503" },
  notes: [
    "The default method is OPTIONS: with a 405 the server is down for ever, with an automatic 204 it is up while not ready.",
    "A body rule alone accepts any status; rules chain.",
    "A server starts up, but one failed first check takes it down. fall does not delay that.",
  ],
  sources: ["HAProxy 2.6 configuration.txt"],
  sure: ["doc", "run"],
  configure: (plan) => {
    const check = fit("haproxy", plan, { interval: { best: 2, least: 1 }, timeout: { best: 2, least: 1 } });
    const expect = plan.serveStale
      ? [
          ...comment(
            "    #",
            "Stale data is served: the body alone decides, and it accepts any status. Loading and draining have other words.",
          ),
          `    http-check expect rstring ^(${plan.alive}|${plan.stale})$`,
        ]
      : [
          ...comment(
            "    #",
            "Both: a body rule alone would accept any status, a status rule alone another service's page.",
            staleWords(haproxy, plan),
          ),
          "    http-check expect status 200",
          `    http-check expect string ${plan.alive}`,
        ];
    const text = linesOf(
      "backend app",
      comment(
        "    #",
        "The bare option, and send below: with a path here HAProxy asks in HTTP/1.0 without a Host, and without one by OPTIONS.",
      ),
      "    option httpchk",
      `    http-check send meth GET uri ${plan.paths.readiness} ver HTTP/1.1 hdr Host app.example.test`,
      expect,
      comment("    #", `${check.why}.`),
      `    timeout check ${check.timeout}s`,
      `    default-server inter ${check.interval}s fall ${check.failures} rise 2`,
      `    server app1 127.0.0.1:${plan.port} check`,
    );
    return [{ file: "haproxy.cfg", format: "haproxy", text, warnings: [] }];
  },
};
