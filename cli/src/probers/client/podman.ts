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
  sent: { method: "command", httpVersion: "none", host: "depends on the command", headers: {}, connection: "unknown" },
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
  onFailure: "depends on HealthOnFailure: none, kill, restart or stop",
  allDown: { traffic: "unaffected", text: "Podman does not route traffic" },
  notes: ["Podman needs systemd to run the checks."],
  sources: ["podman-run(1), podman-systemd.unit(5)"],
  sure: ["doc", "run"],
  configure: (plan) => {
    const text = linesOf(
      "[Container]",
      "Image=example.test/app:1",
      comment(
        "#",
        "Liveness, because HealthOnFailure kills the container and systemd starts it again.",
        `${LIVENESS.why}.`,
        LOOPBACK,
        withoutCurl(plan, plan.paths.liveness),
      ),
      `HealthCmd=${curl(plan, plan.paths.liveness, LIVENESS.timeout - 1)} || exit 1`,
      `HealthInterval=${LIVENESS.period}s`,
      `HealthTimeout=${LIVENESS.timeout}s`,
      `HealthRetries=${LIVENESS.failures}`,
      comment("#", `HealthStartPeriod is 1.5 x ${plan.loadSeconds} s load.`),
      `HealthStartPeriod=${startPeriodOf(plan)}s`,
      "HealthOnFailure=kill",
      comment("#", `StopTimeout is ${plan.drainSeconds} s drain + 15 s for open requests.`),
      `StopTimeout=${plan.drainSeconds + 15}`,
      "",
      "[Service]",
      "Restart=always",
    );
    return [{ file: "app.container", format: "quadlet", text, warnings: [] }];
  },
};
