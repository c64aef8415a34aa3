import { docker, type Effect } from "../../src/probers/index.ts";
import { judgeStartPeriod, judgeStop } from "./container.ts";
import { secondsOf } from "./duration.ts";
import type { Report } from "./finding.ts";
import { judgeCommand, type Command } from "./shell.ts";
import type { Tree } from "./tree.ts";

/** Judges the health checks of a Compose file or a Swarm stack. */
export function judgeCompose(report: Report, root: Tree): void {
  const services = root.get("services").entries();
  const awaited = new Set(
    services.flatMap(([, service]) =>
      service
        .get("depends_on")
        .entries()
        .filter(([, dependency]) => dependency.get("condition").text === "service_healthy")
        .map(([name]) => name),
    ),
  );
  for (const [name, service] of services) {
    const swarm = service.get("deploy").here;
    judgeService(report, service, [
      ...(swarm ? (["replaces"] as const) : []),
      ...(awaited.has(name) ? (["waits", "routes"] as const) : (["reports"] as const)),
    ]);
    if (service.get("healthcheck").here) {
      const grace = service.get("stop_grace_period");
      judgeStop(
        report,
        secondsOf(grace.value) ?? 10,
        grace.here ? grace : service,
        (seconds) => `stop_grace_period: ${seconds}s`,
      );
    }
  }
}

function judgeService(report: Report, service: Tree, effects: readonly Effect[]): void {
  const check = service.get("healthcheck");
  const test = check.get("test");
  if (!check.here || check.get("disable").value === true || test.items()[0]?.text === "NONE") return;
  report.seen();
  const time = (field: string, fallback: number): number => {
    const at = check.get(field);
    const seconds = secondsOf(at.value);
    if (at.here && seconds === undefined)
      report.add("wrong-type", "error", at, "Compose refuses a duration without a unit.", `${field}: 30s`);
    return seconds ?? fallback;
  };
  const command = commandOf(test);
  const path = command && judgeCommand(report, effects, command, test);
  const interval = time("interval", Number(docker.settings.interval.value));
  time("timeout", Number(docker.settings.timeout.value));
  const retries = check.get("retries").number(report) ?? Number(docker.settings.retries.value);
  const period = check.get("start_period");
  judgeStartPeriod(
    report,
    effects,
    path,
    { period: time("start_period", 0), retries, interval },
    period.here ? period : check,
    (seconds) => `start_period: ${seconds}s`,
    effects.includes("reports") && effects.length === 1 ? "warning" : "error",
  );
}

/** Compose's test: a line for the shell, or a list that says which form it is. */
export function commandOf(test: Tree): Command | undefined {
  if (test.text !== undefined) return { words: [test.text], shell: true };
  const [form, ...words] = test.words();
  if (form === "CMD-SHELL" || form === "CMD")
    return { words, shell: form === "CMD-SHELL" || /(^|\/)(ba|a|da)?sh$/.test(words[0] ?? "") };
  return undefined;
}
