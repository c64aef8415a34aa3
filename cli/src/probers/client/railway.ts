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
  onFailure: "the deploy fails, and the old deployment keeps serving",
  allDown: { traffic: "unaffected", text: "Railway sends no check after the first pass" },
  notes: [
    "Railway sends checks until the first 200 of a deploy, and never again.",
    "The checks use the port of the variable PORT.",
  ],
  sources: ["Railway documentation, healthchecks"],
  sure: ["doc", "mem"],
  configure: (plan) => {
    const timeout = Math.max(300, Math.ceil(1.5 * plan.loadSeconds));
    const text = linesOf(
      "[deploy]",
      comment("#", "Railway sends checks until the first 200, and never again. Use a monitor to notice stale data."),
      `healthcheckPath = "${plan.paths.readiness}"`,
      comment("#", `max(300, ceil(1.5 x ${plan.loadSeconds} s load)) = ${timeout} s.`),
      `healthcheckTimeout = ${timeout}`,
      comment("#", `The old deployment keeps running for ${plan.drainSeconds} s drain + 15 s for open requests.`),
      `drainingSeconds = ${plan.drainSeconds + 15}`,
    );
    return [{ file: "railway.toml", format: "toml", text, warnings: [] }];
  },
};
