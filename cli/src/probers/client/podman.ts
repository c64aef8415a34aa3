import { startPeriodOf } from "./docker.ts";
import { LIVENESS } from "../model/fit.ts";
import type { Prober } from "../model/prober.ts";
import { comment, curl, linesOf, LOOPBACK, withoutCurl } from "../model/text.ts";

/** Podman's health check; names as in podman-run(1) and podman-systemd.unit(5). */
export const podman: Prober<
  "HealthInterval" | "HealthTimeout" | "HealthRetries" | "HealthStartPeriod" | "HealthOnFailure"
> = {
  name: "podman",
  title: "Podman",
  sent: { method: "command", httpVersion: "none", host: "as the command says", headers: {}, connection: "unknown" },
  passes: { statuses: [] },
  body: { match: "script" },
  redirects: "script",
  settings: {
    HealthInterval: { value: 30 },
    HealthTimeout: { value: 30 },
    HealthRetries: { value: 3, least: 1 },
    HealthStartPeriod: { value: 0 },
    HealthOnFailure: { value: "none" },
  },
  checks: [["reports", "restarts"]],
  onFailure: "as HealthOnFailure says: none, kill, restart or stop",
  allDown: { traffic: "unaffected", text: "Podman routes nothing by it" },
  notes: ["The timers need systemd."],
  sources: ["podman-run(1), podman-systemd.unit(5)"],
  sure: ["doc", "run"],
  configure: (plan) => {
    const text = linesOf(
      "[Container]",
      "Image=example.test/app:1",
      comment(
        "#",
        "Liveness, for HealthOnFailure kills and systemd starts anew.",
        `${LIVENESS.why}.`,
        LOOPBACK,
        withoutCurl(plan, plan.paths.liveness),
      ),
      `HealthCmd=${curl(plan, plan.paths.liveness, LIVENESS.timeout - 1)} || exit 1`,
      `HealthInterval=${LIVENESS.period}s`,
      `HealthTimeout=${LIVENESS.timeout}s`,
      `HealthRetries=${LIVENESS.failures}`,
      comment("#", `1.5 x ${plan.loadSeconds} s load.`),
      `HealthStartPeriod=${startPeriodOf(plan)}s`,
      "HealthOnFailure=kill",
      comment("#", `${plan.drainSeconds} s drain + 15 s for what is in flight.`),
      `StopTimeout=${plan.drainSeconds + 15}`,
      "",
      "[Service]",
      "Restart=always",
    );
    return [{ file: "app.container", format: "quadlet", text, warnings: [] }];
  },
};
