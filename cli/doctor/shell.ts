import type { Effect } from "../../src/probers/index.ts";
import type { Place, Report, Severity } from "./finding.ts";
import { judgePath } from "./role.ts";

/** A command that checks: the words of an exec form, or one line for a shell. */
export interface Command {
  readonly words: readonly string[];
  readonly shell: boolean;
}

const OPERATORS = new Set(["||", "&&", "|", ";"]);

/** Judges a command in a container; returns the path it asks, if it asks one by HTTP. */
export function judgeCommand(
  report: Report,
  effects: readonly Effect[],
  { words, shell }: Command,
  at: Place,
  severity: Severity = "error",
): string | undefined {
  const line = words.join(" ");
  const url = /\bhttps?:\/\/([^\s/"'`)]+)(\/[^\s"'`;|)]*)?/.exec(line);
  const operator = words.find((word) => OPERATORS.has(word));
  if (!shell && operator !== undefined)
    report.add(
      "shell-in-exec-form",
      "error",
      at,
      `There is no shell here, so ${operator} is one more argument of ${words[0]}.`,
      "the form that a shell runs (CMD-SHELL, or CMD without brackets)",
    );
  if (/(\|\||;)\s*(exit 0|true|:)\s*['"]?$/.test(line))
    report.add(
      "always-passes",
      "error",
      at,
      "The end of the command turns every failure into a success.",
      line.replace(/\s*(\|\||;)\s*(exit 0|true|:)(\s*['"]?)$/, " || exit 1$3"),
    );
  else judgeCurl(report, line, at);
  if (/\bnc\b.*\s-\w*z|\/dev\/tcp\//.test(line))
    report.add(
      "tcp-check",
      "warning",
      at,
      "The kernel accepts connections for a process that is stopped or not ready.",
      "curl -fsS -o /dev/null --max-time 4 http://127.0.0.1:PORT/status/live",
    );
  if (url?.[1] !== undefined && /^localhost\b/.test(url[1]))
    report.add(
      "localhost",
      "warning",
      at,
      "localhost may be ::1 first, and a service bound to IPv4 alone refuses it.",
      url[0].replace("localhost", "127.0.0.1"),
    );
  const path = url?.[2];
  if (path !== undefined) judgePath(report, effects, path, at, severity);
  return path;
}

function judgeCurl(report: Report, line: string, at: Place): void {
  const curl = /\bcurl\b([^;&]*)/.exec(line)?.[1];
  if (curl === undefined) return;
  const [own = "", piped] = curl.split(/\|(?!\|)/).filter((part) => part !== "");
  if (/\s(-[a-zA-Z]*f[a-zA-Z]*|--fail|--fail-with-body)(\s|$)/.test(own) || /http_code/.test(curl)) return;
  if (piped !== undefined && /\bgrep\b/.test(piped))
    report.add(
      "body-without-status",
      "warning",
      at,
      "Without -f the word in the body of an error page passes.",
      line.replace(/\bcurl\b/, "curl -f"),
    );
  else
    report.add(
      "curl-without-fail",
      "error",
      at,
      "Without -f curl exits with 0 on a 503, so the check passes always.",
      line.replace(/\bcurl\b/, "curl -f"),
    );
}

/** Whether a check of a path can fail while the data loads: any but liveness can. */
export function canFailInLoad(path: string | undefined): boolean {
  return path !== undefined && !/\/(live|livez|liveness|alive|ping)\/?$/.test(path);
}
