import type { Report } from "../model/report.ts";
import { textEdit } from "../model/tree.ts";
import { judgeExecForm } from "./exec-form.ts";
import type { Command, Correct } from "../model/command.ts";
import { judgeRequest } from "./request.ts";
import { neverFails } from "./shell-line.ts";
import { urlIn } from "./url.ts";

/** Whether the first words are a shell that is given a line. */
export function isShell(words: readonly string[]): boolean {
  return /(^|\/)(ba|a|da|z|k)?sh$/.test(words[0] ?? "") && /^-/.test(words[1] ?? "");
}

/** Longer commands are not read, because the time for a line grows with the square of its length. */
const MOST_CHARACTERS = 8_000;
const MOST_BLANKS = /\s{100}/;

/** Judges a command in a container; returns the path it asks, if it asks one by HTTP. */
export function judgeCommand(report: Report, command: Command): string | undefined {
  const { words, shell, at, source, form } = command;
  const line = words.join(" ");
  if (line.length > MOST_CHARACTERS || MOST_BLANKS.test(line)) {
    const why = `The doctor reads commands of up to ${MOST_CHARACTERS} characters, without long gaps.`;
    report.unread({ file: at.file, line: at.line, what: "a command", why });
    return undefined;
  }
  const shown = (change: (line: string) => string): string =>
    isShell(words) ? (form?.exec ?? inCompose)([...words.slice(0, -1), change(words.at(-1) ?? "")]) : change(line);
  const correct: Correct = (change) => {
    const text = source?.text;
    const changed = text === undefined ? undefined : change(text);
    return {
      fix: shown(change),
      ...(source && changed !== undefined && changed !== text && textEdit(source, changed)),
    };
  };
  if (!shell) judgeExecForm(report, command);
  judgePrograms(report, command);
  const never = neverFails(words, shell);
  if (!never) return judgeRequest(report, command, correct);
  const { what, why, change, fix = "", asks } = never;
  report.add({
    rule: "always-passes",
    severity: "error",
    at,
    what,
    why,
    ...(change ? correct(change) : { fix }),
  });
  return asks ? urlIn(line)?.path : undefined;
}

/** Programs that an image without a shell has not either. */
const PROGRAMS = /^(\/(usr\/)?bin\/)?(curl|wget|nc|bash|sh|cat|test|grep|pgrep|ls)$/;

/** Whether an image holds its program alone. The debug variants of distroless have a shell. */
function isBare(image: string): boolean {
  return image === "scratch" || (/distroless/.test(image) && !/debug/.test(image)) || /chainguard\/static/.test(image);
}

/** Judges whether the image has the shell or the program that the command runs. */
function judgePrograms(report: Report, { words, shell, at, image = "", form }: Command): void {
  const [program = ""] = words;
  if (!isBare(image) || (!shell && !PROGRAMS.test(program))) return;
  const line = (words.at(-1) ?? "").replace(/\s*\|\|.*$/s, "").split(/\s+/);
  // These images do not have the folder of node in their PATH.
  if (line[0] === "node" && /distroless\/nodejs/.test(image)) line[0] = "/nodejs/bin/node";
  report.add({
    rule: "no-shell",
    severity: "error",
    at,
    what: `The command needs ${shell ? "a shell" : program}, which ${image} does not have.`,
    why: "Every check fails, so the container never becomes healthy.",
    fix: (form?.exec ?? inCompose)(shell ? line : ["/app/check"]),
  });
}

function inCompose(words: readonly string[]): string {
  return JSON.stringify(["CMD", ...words]);
}
