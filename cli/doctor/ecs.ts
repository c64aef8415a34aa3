import { ecs } from "../../src/probers/index.ts";
import { commandOf } from "./compose.ts";
import { judgeStartPeriod, judgeStop } from "./container.ts";
import type { Report } from "./finding.ts";
import { judgeCommand } from "./shell.ts";
import type { Tree } from "./tree.ts";

/** Judges the container checks of an ECS task definition. */
export function judgeEcs(report: Report, root: Tree): void {
  const definition = root.get("taskDefinition").here ? root.get("taskDefinition") : root;
  for (const container of definition.get("containerDefinitions").items()) judgeContainer(report, container);
}

function judgeContainer(report: Report, container: Tree): void {
  const check = container.get("healthCheck");
  const number = (tree: Tree, field: keyof typeof ecs.settings): number => {
    const { value, least = 0, most = Infinity } = ecs.settings[field];
    const given = tree.get(field).number(report);
    if (given !== undefined && (given < least || given > most))
      report.add(
        "out-of-range",
        "error",
        tree.get(field),
        `ECS accepts ${least} to ${most} here and refuses the definition.`,
        `${field}: ${Math.min(most, Math.max(least, given))}`,
      );
    return given ?? Number(value ?? 0);
  };
  const stop = number(container, "stopTimeout");
  if (!check.here) return;
  judgeStop(report, stop, container.get("stopTimeout"), (seconds) => `stopTimeout: ${Math.min(120, seconds)}`);
  report.seen();
  const effects = ["replaces"] as const;
  const test = check.get("command");
  const command = commandOf(test);
  const path = command && judgeCommand(report, effects, command, test);
  if (!command && test.items()[0]?.text !== "NONE")
    report.add(
      "missing-field",
      "error",
      test.here ? test : check,
      "The command has to begin with CMD or CMD-SHELL.",
      '["CMD-SHELL", "curl -fsS -o /dev/null --max-time 4 http://127.0.0.1:PORT/status/live || exit 1"]',
    );
  const [interval, retries, period] = [
    number(check, "interval"),
    number(check, "retries"),
    number(check, "startPeriod"),
  ];
  number(check, "timeout");
  const most = ecs.settings.startPeriod.most ?? 300;
  judgeStartPeriod(report, effects, path, { period, retries, interval }, check.get("startPeriod"), (seconds) =>
    seconds > most ? `a check of /status/live, for startPeriod accepts ${most} at most` : `startPeriod: ${seconds}`,
  );
}
