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
  onFailure: "the server is marked down; with error-status L7OKC it keeps its existing sessions",
  allDown: { traffic: "none", text: "HAProxy answers 503" },
  notes: [
    "The default method is OPTIONS. If the service answers OPTIONS with 405, the server stays down. If a framework answers OPTIONS with 204, the server is up although the service is not ready.",
    "A body rule alone accepts any status. Several rules must all pass.",
    "A server is up at the start. If its first check fails, it is down at once: fall does not apply to the first check.",
  ],
  sources: ["HAProxy 2.6 configuration.txt"],
  sure: ["doc", "run"],
  configure: (plan) => {
    const check = fit("haproxy", plan, { interval: { best: 2, least: 1 }, timeout: { best: 2, least: 1 } });
    const expect = plan.serveStale
      ? [
          ...comment(
            "    #",
            "Stale data is served. Only the body decides, so any status passes. While loading or draining, the body has another word.",
          ),
          `    http-check expect rstring ^(${plan.alive}|${plan.stale})$`,
        ]
      : [
          ...comment(
            "    #",
            "Both rules are needed. A body rule alone accepts any status. A status rule alone accepts the page of another service.",
            staleWords(haproxy, plan),
          ),
          "    http-check expect status 200",
          `    http-check expect string ${plan.alive}`,
        ];
    const text = linesOf(
      "backend app",
      comment(
        "    #",
        "option httpchk has no path here. With a path, HAProxy sends HTTP/1.0 without a Host. http-check send sets GET, because the default method is OPTIONS.",
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
