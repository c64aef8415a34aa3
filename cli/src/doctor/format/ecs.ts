import { ecs } from "../../probers/index.ts";
import type { Report } from "../model/report.ts";
import { lastOf, rawEdit, type Tree } from "../model/tree.ts";
import { judgeCommand } from "../rule/command.ts";
import { judgeStartPeriod, judgeStop } from "../rule/container.ts";
import { areOurs, judgePath } from "../rule/path.ts";
import { commandOf, contextOf } from "./compose.ts";

/** The field of either spelling: that of the API, and that of CloudFormation, which begins with a capital. */
function fieldOf(tree: Tree, name: string): Tree {
  return tree.any(name, `${name[0]?.toUpperCase()}${name.slice(1)}`);
}

/** Judges the container checks of an ECS task definition, or of a list of container definitions. */
export function judgeEcs(report: Report, root: Tree): void {
  if (root.isList && root.items().some((item) => fieldOf(item, "containerDefinitions").isList))
    return root.items().forEach((item) => judgeEcs(report, item));
  const definition = fieldOf(root, "taskDefinition");
  const containers = root.isList ? root : fieldOf(definition.isMap ? definition : root, "containerDefinitions");
  for (const container of containers.items()) judgeContainer(report, container);
}

function judgeContainer(report: Report, container: Tree): void {
  const check = fieldOf(container, "healthCheck");
  const number = (tree: Tree, field: keyof typeof ecs.settings): number => {
    const { value, least = 0, most = Infinity } = ecs.settings[field];
    const at = fieldOf(tree, field);
    // CloudFormation takes numbers in quotes.
    const quoted = /^[A-Z]/.test(lastOf(at.field)) && /^\d+$/.test(at.text ?? "") ? Number(at.text) : undefined;
    const given = quoted ?? at.number(report);
    const nearest = Math.min(most, Math.max(least, given ?? least));
    if (given !== undefined && given !== nearest)
      report.add({
        rule: "out-of-range",
        severity: "error",
        at,
        what: `${field} is ${given}.`,
        why: `ECS accepts only ${least} to ${most} here and refuses the definition.`,
        fix: /^[A-Z]/.test(lastOf(at.field)) ? `${lastOf(at.field)}: ${nearest}` : `"${field}": ${nearest}`,
        ...rawEdit(at, `${nearest}`),
      });
    return given ?? Number(value ?? 0);
  };
  const stop = number(container, "stopTimeout");
  if (!check.isMap) return;
  const stopAt = fieldOf(container, "stopTimeout");
  judgeStop(report, stop, { at: stopAt, fix: (seconds) => `"stopTimeout": ${Math.min(120, seconds)}` });
  report.seen(check);
  const test = fieldOf(check, "command");
  const command = commandOf(test, fieldOf(container, "image").text);
  const path = command && judgeCommand(report, command);
  const effects = ["replaces"] as const;
  if (path !== undefined)
    judgePath(report, effects, { path, at: test, context: contextOf(test) }, { ours: areOurs(report, [path]) });
  if (!command && !test.isOpen && test.items()[0]?.text !== "NONE")
    report.add({
      rule: "missing-field",
      severity: "error",
      at: test.here ? test : check,
      what: "The command does not begin with CMD or CMD-SHELL.",
      why: "ECS refuses the definition.",
      fix: '"command": ["CMD-SHELL", "curl -fsS -o /dev/null --max-time 4 http://127.0.0.1:PORT/PATH || exit 1"]',
    });
  const [interval, retries, period] = [
    number(check, "interval"),
    number(check, "retries"),
    number(check, "startPeriod"),
  ];
  number(check, "timeout");
  const most = ecs.settings.startPeriod.most ?? 300;
  judgeStartPeriod(
    report,
    { effects, path },
    { period, retries, interval },
    {
      at: fieldOf(check, "startPeriod"),
      fix: (seconds) =>
        seconds > most
          ? `a check of the liveness path, because startPeriod accepts ${most} at most`
          : `"startPeriod": ${seconds}`,
    },
  );
}
