import { ConfigRefusedError } from "../model/plan.ts";
import type { Prober } from "../model/prober.ts";
import { comment, linesOf } from "../model/text.ts";

/** Render; names as in render.yaml. */
export const render: Prober<"healthCheckPath" | "maxShutdownDelaySeconds"> = {
  name: "render",
  title: "Render",
  sent: { method: "GET", httpVersion: "1.1", host: "the service's custom domain", headers: {}, connection: "unknown" },
  passes: { statuses: [[200, 399]] },
  body: { match: "none" },
  redirects: "a pass",
  settings: { healthCheckPath: { value: null }, maxShutdownDelaySeconds: { value: 30, least: 1, most: 300 } },
  checks: [["routes", "restarts"]],
  onFailure: "out of rotation after 15 s of failures, restarted after 60 s",
  allDown: { traffic: "none", text: "every instance is out, and restarted a minute later" },
  notes: ["One check both routes and restarts, so it must ask liveness.", "A deploy gives up after 15 minutes."],
  sources: ["Render documentation, health checks"],
  sure: ["doc", "mem"],
  configure: (plan) => {
    const delay = plan.drainSeconds + 15;
    if (delay > 300)
      throw new ConfigRefusedError(
        "render",
        `maxShutdownDelaySeconds accepts 300 at most, and a drain of ${plan.drainSeconds} s with 15 s for what is in flight takes ${delay} s`,
      );
    const warning =
      "Render routes by liveness here, so requests can come while the data loads: guard the routes that need it.";
    const text = linesOf(
      "services:",
      "  - type: web",
      "    name: app",
      "    runtime: image",
      "    image:",
      "      url: example.test/app:1",
      comment(
        "    #",
        "Liveness: this one check also restarts, after 60 s of failures, and restarting cures neither a load nor stale data.",
        warning,
      ),
      `    healthCheckPath: ${plan.paths.liveness}`,
      comment("    #", `${plan.drainSeconds} s drain + 15 s for what is in flight.`),
      `    maxShutdownDelaySeconds: ${delay}`,
    );
    return [{ file: "render.yaml", format: "yaml", text, warnings: [warning] }];
  },
};
