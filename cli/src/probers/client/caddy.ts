import { fit } from "../model/fit.ts";
import type { Prober } from "../model/prober.ts";
import { comment, linesOf, staleWords } from "../model/text.ts";

/** Caddy's active health checks; names as in the `reverse_proxy` directive. */
export const caddy: Prober<
  "health_interval" | "health_timeout" | "health_status" | "health_body" | "health_passes" | "health_fails"
> = {
  name: "caddy",
  title: "Caddy",
  sent: {
    method: "GET",
    httpVersion: "1.1",
    host: "host:port of the upstream",
    headers: { "user-agent": "Go-http-client/1.1", "accept-encoding": "gzip" },
    connection: "keep-alive",
  },
  passes: { statuses: [[200, 299]], setting: "health_status" },
  body: { match: "regex", setting: "health_body" },
  redirects: "a failure",
  settings: {
    health_interval: { value: 30 },
    health_timeout: { value: 5 },
    health_status: { value: "2xx" },
    health_body: { value: null },
    health_passes: { value: 1, least: 1 },
    health_fails: { value: 1, least: 1 },
  },
  checks: [["routes"]],
  onFailure: "the upstream is removed after one failure; it is healthy at the start",
  allDown: { traffic: "none", text: "Caddy answers 503 with an empty body" },
  notes: [
    "health_status accepts one code or one class, so 200 and 503 together are not possible.",
    "Caddy 2.6 differs from the table: it follows a 301, and a 304 passes.",
    "The pattern ^word$ of health_body does not match a body with a trailing newline.",
  ],
  sources: ["caddyserver/caddy modules/caddyhttp/reverseproxy/healthchecks.go"],
  sure: ["src", "run"],
  configure: (plan) => {
    const check = fit("caddy", plan, { interval: { best: 5, least: 1 }, timeout: { best: 2, least: 1 } }, 1);
    const text = linesOf(
      comment("#", staleWords(caddy, plan)),
      "http://app.example.test {",
      `\treverse_proxy 127.0.0.1:${plan.port} {`,
      `\t\thealth_uri ${plan.paths.readiness}`,
      "\t\thealth_status 200",
      `\t\thealth_body ^${plan.alive}$`,
      comment("\t\t#", `${check.why}. With health_fails 2, Caddy 2.8 and newer tolerate one failure.`),
      `\t\thealth_interval ${check.interval}s`,
      `\t\thealth_timeout ${check.timeout}s`,
      "\t}",
      "}",
    );
    return [{ file: "Caddyfile", format: "caddyfile", text, warnings: [] }];
  },
};
