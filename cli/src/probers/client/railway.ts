import type { Prober } from "../model/prober.ts";
import { comment, linesOf } from "../model/text.ts";

/** Railway; names as in railway.toml. */
export const railway: Prober<"healthcheckPath" | "healthcheckTimeout"> = {
  name: "railway",
  title: "Railway",
  sent: { method: "GET", httpVersion: "1.1", host: "healthcheck.railway.app", headers: {}, connection: "unknown" },
  passes: { statuses: [[200, 200]] },
  body: { match: "none" },
  redirects: "a failure",
  settings: { healthcheckPath: { value: null }, healthcheckTimeout: { value: 300, least: 1 } },
  checks: [["waits", "routes"]],
  onFailure: "the deploy fails, and the old one keeps serving",
  allDown: { traffic: "unaffected", text: "nobody asks after the first pass" },
  notes: ["Asked until the first 200 of a deploy, and never again.", "The request comes on PORT."],
  sources: ["Railway documentation, healthchecks"],
  sure: ["doc", "mem"],
  configure: (plan) => {
    const timeout = Math.max(300, Math.ceil(1.5 * plan.loadSeconds));
    const text = linesOf(
      "[deploy]",
      comment("#", "Asked until the first 200, then never again: a monitor has to watch staleness."),
      `healthcheckPath = "${plan.paths.readiness}"`,
      comment("#", `max(300, ceil(1.5 x ${plan.loadSeconds} s load)) = ${timeout}.`),
      `healthcheckTimeout = ${timeout}`,
      comment("#", `The old deployment goes on for the drain, ${plan.drainSeconds} s, and 15 s for what is in flight.`),
      `drainingSeconds = ${plan.drainSeconds + 15}`,
    );
    return [{ file: "railway.toml", format: "toml", text, warnings: [] }];
  },
};
