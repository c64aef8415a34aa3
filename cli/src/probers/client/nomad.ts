import { fit, LIVENESS } from "../model/fit.ts";
import type { Prober } from "../model/prober.ts";
import { attributes, comment, linesOf, staleWords } from "../model/text.ts";

/** Nomad's own service checks; names as in the job specification's `check` block. */
export const nomad: Prober<"interval" | "timeout" | "check_restart.limit" | "check_restart.grace"> = {
  name: "nomad",
  title: "Nomad",
  sent: {
    method: "GET",
    httpVersion: "1.1",
    host: "host:port of the URL",
    headers: { "user-agent": "nomad" },
    connection: "unknown",
  },
  passes: { statuses: [[100, 399]] },
  body: { match: "none", limit: 3_072 },
  redirects: "followed",
  settings: {
    interval: { value: null, least: 1 },
    timeout: { value: null, least: 1 },
    "check_restart.limit": { value: 0, least: 0 },
    "check_restart.grace": { value: 1, least: 0 },
  },
  checks: [["routes"], ["restarts"]],
  onFailure: "Nomad does not offer the service; with check_restart the task is restarted",
  allDown: { traffic: "none", text: "clients find no healthy service" },
  notes: ["Without check_restart, a failed check restarts no task.", "Every status below 400 passes."],
  sources: ["hashicorp/nomad client/serviceregistration/checks/client.go, check_restart.mdx"],
  sure: ["src", "doc"],
  configure: (plan) => {
    const ready = fit("nomad", plan, { interval: { best: 5, least: 1 }, timeout: { best: 2, least: 1 } }, 1);
    const grace = Math.max(1, Math.ceil(1.5 * plan.loadSeconds));
    const check = (name: string, path: string, interval: number, timeout: number): string[] =>
      attributes("    ", {
        type: '"http"',
        name: `"${name}"`,
        method: '"GET"',
        path: `"${path}"`,
        interval: `"${interval}s"`,
        timeout: `"${timeout}s"`,
      });
    const text = linesOf(
      comment("#", "Put this block into group or task.", staleWords(nomad, plan)),
      "service {",
      attributes("  ", { provider: '"nomad"', name: '"app"', port: '"http"' }),
      "",
      comment("  #", `Decides about traffic. One failure is enough. ${ready.why}.`),
      "  check {",
      check("readiness", plan.paths.readiness, ready.interval, ready.timeout),
      "  }",
      "",
      comment("  #", `Restarts the task, so it does not depend on the data. ${LIVENESS.why}.`),
      "  check {",
      check("liveness", plan.paths.liveness, LIVENESS.period, LIVENESS.timeout),
      "",
      comment("    #", `grace is 1.5 x ${plan.loadSeconds} s load.`),
      "    check_restart {",
      attributes("      ", { limit: LIVENESS.failures, grace: `"${grace}s"` }),
      "    }",
      "  }",
      "}",
    );
    return [{ file: "app.nomad.hcl", format: "hcl", text, warnings: [] }];
  },
};
