import type { Report } from "../model/report.ts";
import { setEdit, type Tree } from "../model/tree.ts";

/** Programs that answer in a few milliseconds on any machine. */
const QUICK =
  /^(\S*\/)?(cat|test|\[|true|ls|stat|pgrep|pidof|kill|nc|echo|exit|grep|rm|touch|:|find|head|tail|wc|date|cut|tr|exit|-\w+|\[\[)$/;

/** Judges a command that starts a program and has one second for it. */
export function judgeExecTime(
  report: Report,
  probe: Tree,
  words: readonly string[],
  { name, timeout, period }: { readonly name: string; readonly timeout: number; readonly period: number },
): void {
  if (timeout > 1 || words.length === 0 || isQuick(words)) return;
  const wanted = period < 2 ? 5 : Math.min(5, period);
  const said = probe.get("timeoutSeconds").here;
  report.add({
    rule: "exec-timeout",
    severity: name === "startupProbe" ? "note" : "warning",
    at: said ? probe.get("timeoutSeconds") : probe,
    what: `The command has only 1 s to answer${said ? "" : ", the default of timeoutSeconds"}.`,
    why: "Starting a program takes longer on a busy node, and each timeout counts as a failure.",
    fix: `${name}:\n  ${period < 2 ? "periodSeconds: 10\n  " : ""}timeoutSeconds: ${wanted}`,
    ...(period >= 2 && setEdit(probe, "timeoutSeconds", `${wanted}`)),
  });
}

/** Whether the command, or each command of a line for a shell, is a quick one. */
function isQuick(words: readonly string[]): boolean {
  const isShell = /(^|\/)(ba|a|da|z)?sh$/.test(words[0] ?? "");
  if (!isShell) return QUICK.test(words[0] ?? "");
  const line = words
    .slice(1)
    .filter((word) => !/^-/.test(word))
    .join(" ");
  if (/`/.test(line)) return false;
  // What a substitution runs is a command like the others.
  const commands = line
    .replace(/\$\(\(/g, " ")
    .split(/&&|\|\||\$\(|[|;&\n]/)
    .map((part) => part.trim().replace(/^(!|if|then|else|exec)\s+/, ""));
  return commands.every((part) => part === "" || /^(fi|done)$/.test(part) || QUICK.test(part.split(/\s/)[0] ?? ""));
}
