import { fit } from "../model/fit.ts";
import type { Prober } from "../model/prober.ts";
import { comment, linesOf, staleWords } from "../model/text.ts";

/** Fly.io; names as in fly.toml. */
export const fly: Prober<"grace_period" | "interval" | "timeout" | "method" | "path"> = {
  name: "fly",
  title: "Fly.io",
  sent: { method: "GET", httpVersion: "1.1", host: "unknown", headers: {}, connection: "unknown" },
  passes: { statuses: [[200, 299]] },
  body: { match: "none" },
  redirects: "unknown",
  settings: {
    grace_period: { value: null },
    interval: { value: null },
    timeout: { value: null },
    method: { value: "GET" },
    path: { value: "/" },
  },
  checks: [["routes"]],
  onFailure: "the machine gets no traffic, and a deploy stops; no machine is restarted",
  allDown: { traffic: "none", text: "a request waits or fails" },
  notes: ["The checks in a top-level [checks] do not affect traffic. Use [[http_service.checks]]."],
  sources: ["superfly/docs health-checks, configuration"],
  sure: ["doc"],
  configure: (plan) => {
    const check = fit("fly", plan, { interval: { best: 5, least: 1 }, timeout: { best: 2, least: 1 } }, 1);
    const text = linesOf(
      comment("#", staleWords(fly, plan)),
      comment("#", `${plan.drainSeconds} s drain + 15 s for open requests.`),
      'kill_signal = "SIGTERM"',
      `kill_timeout = "${plan.drainSeconds + 15}s"`,
      "",
      "[http_service]",
      `internal_port = ${plan.port}`,
      "",
      "[[http_service.checks]]",
      'method = "GET"',
      `path = "${plan.paths.readiness}"`,
      comment("#", `${check.why}.`),
      `interval = "${check.interval}s"`,
      `timeout = "${check.timeout}s"`,
      comment("#", `1.5 x ${plan.loadSeconds} s load.`),
      `grace_period = "${Math.ceil(1.5 * plan.loadSeconds)}s"`,
    );
    return [{ file: "fly.toml", format: "toml", text, warnings: [] }];
  },
};
