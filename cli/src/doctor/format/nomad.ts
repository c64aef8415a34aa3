import { secondsOf } from "../model/duration.ts";
import type { Report } from "../model/report.ts";
import type { Tree } from "../model/tree.ts";
import { judgeTcp, judgeTimes } from "../rule/balancer.ts";
import { isShell, judgeCommand } from "../rule/command.ts";
import { areOurs, judgePath } from "../rule/path.ts";

/** Judges the checks of the services of a Nomad job. */
export function judgeNomad(report: Report, root: Tree): void {
  const walk = (tree: Tree): void => {
    for (const service of tree.all("service"))
      for (const check of service.all("check")) judgeCheck(report, service, check);
    for (const name of ["job", "group", "task"]) for (const child of tree.all(name)) walk(child);
  };
  walk(root);
}

function judgeCheck(report: Report, service: Tree, check: Tree): void {
  report.seen(check);
  const restarts = check.get("check_restart").here || service.get("check_restart").here;
  const path = check.get("path");
  const type = check.get("type").text;
  if (type === "tcp") judgeTcp(report, check.get("type"), 'type = "http"\npath = "/ready"');
  if (type === "http" && path.text !== undefined)
    judgePath(
      report,
      restarts ? ["restarts"] : ["routes"],
      { path: path.text, at: path },
      { ours: areOurs(report, [path.text]) },
    );
  if (type === "script") judgeScript(report, check);
  for (const name of ["interval", "timeout"])
    if (!check.get(name).here)
      report.add({
        rule: "missing-field",
        severity: "error",
        at: check,
        what: `The check has no ${name}.`,
        why: "Nomad refuses the job.",
        fix: `${name} = "${name === "interval" ? "10s" : "2s"}"`,
      });
  const [interval, timeout] = [secondsOf(check.get("interval").value), secondsOf(check.get("timeout").value)];
  if (interval !== undefined && timeout !== undefined)
    judgeTimes(report, { timeout, period: interval }, check.get("timeout"), { fix: `timeout = "${interval}s"` });
}

/** The command of a script and its arguments, as the words of one command. */
function judgeScript(report: Report, check: Tree): void {
  const { text } = check.get("command");
  if (text === undefined) return;
  const args = check.get("args");
  const words = [text, ...args.words()];
  judgeCommand(report, { words, shell: isShell(words), at: args.here ? args : check.get("command") });
}
