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
  onFailure: "the instance gets no traffic after 15 s of failures, and is restarted after 60 s",
  allDown: { traffic: "none", text: "no instance gets traffic, and every instance is restarted after 60 s" },
  notes: [
    "One check decides about traffic and about restarts, so it must use the liveness path.",
    "A deploy fails if no check passes within 15 minutes.",
  ],
  sources: ["Render documentation, health checks"],
  sure: ["doc", "mem"],
  configure: (plan) => {
    const delay = plan.drainSeconds + 15;
    if (delay > 300)
      throw new ConfigRefusedError(
        "render",
        `maxShutdownDelaySeconds accepts at most 300 s, but the drain of ${plan.drainSeconds} s and 15 s for open requests take ${delay} s`,
      );
    const warning =
      "Render routes by liveness, so requests may arrive while the data loads. Protect the routes that need the data with guard() of the library.";
    const text = linesOf(
      "services:",
      "  - type: web",
      "    name: app",
      "    runtime: image",
      "    image:",
      "      url: example.test/app:1",
      comment(
        "    #",
        "Liveness, because this check also restarts the instance after 60 s of failures. A restart helps neither a load nor stale data.",
        warning,
      ),
      `    healthCheckPath: ${plan.paths.liveness}`,
      comment("    #", `${plan.drainSeconds} s drain + 15 s for open requests.`),
      `    maxShutdownDelaySeconds: ${delay}`,
    );
    return [{ file: "render.yaml", format: "yaml", text, warnings: [warning] }];
  },
};
