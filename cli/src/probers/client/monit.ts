import { LIVENESS } from "../model/fit.ts";
import { ConfigRefusedError } from "../model/plan.ts";
import type { Prober } from "../model/prober.ts";
import { comment, linesOf, staleWords } from "../model/text.ts";

/** monit; names as in monit(1). */
export const monit: Prober<"timeout" | "cycles" | "status" | "content"> = {
  name: "monit",
  title: "monit",
  sent: {
    method: "GET",
    httpVersion: "1.1",
    host: "host:port of the URL",
    headers: { "user-agent": "Monit/<version>" },
    connection: "close",
  },
  passes: { statuses: [[100, 399]], setting: "status" },
  body: { match: "regex", setting: "content", limit: 1_048_576 },
  redirects: "a pass",
  settings: {
    timeout: { value: 5 },
    cycles: { value: 1, least: 1 },
    status: { value: "< 400" },
    content: { value: null },
  },
  checks: [["reports"], ["restarts"]],
  onFailure: "depends on the rule: alert, restart or exec",
  allDown: { traffic: "unaffected", text: "monit does not route traffic" },
  notes: [
    'The rule acts after one failure. With "for 3 cycles" in the rule, it acts after three.',
    "The pattern ^word$ does not match a body with a trailing newline.",
  ],
  sources: ["monit(1)"],
  sure: ["doc", "run"],
  configure: (plan) => {
    const cycle = Math.min(5, Math.floor((plan.reactionSeconds - 2) / 2));
    if (cycle < 2)
      throw new ConfigRefusedError(
        "monit",
        `it cannot notice a 503 within ${plan.reactionSeconds} s. The fastest check needs 6 s: 2 x 2 s + 2 s timeout`,
      );
    const cycles = Math.ceil((LIVENESS.failures * LIVENESS.period) / cycle);
    const start = Math.ceil((1.5 * plan.loadSeconds) / cycle);
    const url = (path: string): string => `http://127.0.0.1:${plan.port}${path}`;
    const text = linesOf(
      comment(
        "#",
        `With a cycle of ${cycle} s, an alert comes within 2 x ${cycle} s + 2 s timeout = ${2 * cycle + 2} s (wanted: ${plan.reactionSeconds} s).`,
      ),
      `set daemon ${cycle}`,
      "",
      comment("#", "Readiness: this rule sends an alert, and never restarts.", staleWords(monit, plan)),
      "check host app-ready with address 127.0.0.1",
      `    if failed url ${url(plan.paths.readiness)}`,
      `        and content = "^${plan.alive}$"`,
      "        with timeout 2 seconds",
      "        for 2 cycles",
      "    then alert",
      "",
      comment(
        "#",
        `Liveness: this rule restarts after ${cycles} cycles of ${cycle} s. It is slow on purpose, because a false alarm kills the process.`,
        `The load takes up to 1.5 x ${plan.loadSeconds} s, or ${start} cycles. Liveness passes during this time.`,
      ),
      "check process app with pidfile /run/app.pid",
      '    start program = "/usr/bin/systemctl start app"',
      '    stop program = "/usr/bin/systemctl stop app"',
      `    if failed url ${url(plan.paths.liveness)}`,
      `        and content = "^${plan.alive}$"`,
      `        with timeout ${LIVENESS.timeout} seconds`,
      `        for ${cycles} cycles`,
      "    then restart",
    );
    return [{ file: "app.monitrc", format: "monit", text, warnings: [] }];
  },
};
