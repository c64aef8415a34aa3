import type { Report } from "../model/report.ts";
import type { Command } from "../model/command.ts";

const OPERATORS = new Set(["||", "&&", "|", ";"]);
/** Programs whose arguments are words. What an interpreter is given may hold operators of its own. */
const PLAIN_PROGRAM =
  /^(\S*\/)?(curl|wget|nc|ncat|pg_isready|mysqladmin|mariadb-admin|redis-cli|mongosh|mongo|cat|test)$/;

/** Judges words that no shell reads, and that were written for one. */
export function judgeExecForm(report: Report, { words, at, unexpanded, form }: Command): void {
  const [program = ""] = words;
  const found = whatNeedsShell(words, unexpanded);
  if (found === undefined) return;
  report.add({
    rule: "shell-in-exec-form",
    severity: "error",
    at,
    what: found.what,
    why: found.why.replace("PROGRAM", program),
    fix: (form?.shell ?? inCompose)(words.join(" ")),
  });
}

function whatNeedsShell(
  words: readonly string[],
  unexpanded: RegExp | undefined,
): { readonly what: string; readonly why: string } | undefined {
  const [program = ""] = words;
  const operator =
    words.find((word) => OPERATORS.has(word)) ??
    (PLAIN_PROGRAM.test(program) ? words.map((word) => / (\|\|?|&&) /.exec(word)?.[1]).find(Boolean) : undefined);
  if (words.length === 1 && /^[\w./-]+\s+\S/.test(program))
    return {
      what: "The list contains the whole command line as one word.",
      why: "No program has that name, so every check fails.",
    };
  if (operator !== undefined)
    return {
      what: `The command contains ${operator}, but no shell runs it.`,
      why: "PROGRAM gets it as an argument, so the command has another effect.",
    };
  const variable = PLAIN_PROGRAM.test(program)
    ? words.map((word) => unexpanded?.exec(word)?.[0]).find((each) => each !== undefined)
    : undefined;
  if (variable === undefined) return undefined;
  return {
    what: `The command contains ${variable.replace("$$", "$")}, but no shell runs it.`,
    why: "Nothing replaces the variable, so PROGRAM gets its name instead of its value.",
  };
}

function inCompose(line: string): string {
  return `["CMD-SHELL", ${JSON.stringify(line)}]`;
}
