import { fit } from "../model/fit.ts";
import type { Prober } from "../model/prober.ts";
import { attributes, comment, linesOf, staleWords } from "../model/text.ts";

/** Cloudflare Load Balancing; names as in Terraform's `cloudflare_load_balancer_monitor`. */
export const cloudflare: Prober<
  "interval" | "timeout" | "retries" | "expected_codes" | "expected_body" | "follow_redirects"
> = {
  name: "cloudflare",
  title: "Cloudflare Load Balancing",
  sent: {
    method: "GET",
    httpVersion: "1.1",
    host: "the origin, or the value of the setting header",
    headers: {},
    connection: "unknown",
  },
  passes: { statuses: [[200, 200]], setting: "expected_codes" },
  body: { match: "substring, ignoring case", setting: "expected_body" },
  redirects: "a failure",
  settings: {
    interval: { value: 60, least: 10 },
    timeout: { value: 5, least: 1, most: 10 },
    retries: { value: 2, least: 0, most: 5 },
    expected_codes: { value: "200" },
    expected_body: { value: null },
    follow_redirects: { value: "false" },
  },
  checks: [["routes"]],
  onFailure: "the endpoint is unhealthy, and its pool too if too few endpoints are healthy",
  allDown: { traffic: "fallback", text: "the fallback pool gets the traffic, even if it is unhealthy" },
  notes: ["The smallest interval depends on your plan: 60, 15 or 10 s.", "The User-Agent cannot be changed."],
  sources: ["cloudflare/cloudflare-docs load-balancing"],
  sure: ["doc", "mem"],
  configure: (plan) => {
    const check = fit("cloudflare", plan, { interval: { best: 60, least: 10 }, timeout: { best: 5, least: 1 } }, 1);
    const warnings =
      check.interval < 60
        ? [
            `An interval of ${check.interval} s needs a paid plan. The smallest interval is 60, 15 or 10 s, depending on the plan.`,
          ]
        : [];
    const text = linesOf(
      comment("#", staleWords(cloudflare, plan), ...warnings),
      'resource "cloudflare_load_balancer_monitor" "app" {',
      attributes("  ", {
        account_id: "var.account_id",
        type: '"http"',
        method: '"GET"',
        port: plan.port,
        path: `"${plan.paths.readiness}"`,
        expected_codes: '"200"',
        expected_body: `"${plan.alive}"`,
        follow_redirects: false,
      }),
      "",
      comment("  #", `${check.why}. A retry follows at once, with the same timeout.`),
      attributes("  ", { interval: check.interval, timeout: check.timeout, retries: 1 }),
      "}",
    );
    return [{ file: "monitor.tf", format: "hcl", text, warnings }];
  },
};
