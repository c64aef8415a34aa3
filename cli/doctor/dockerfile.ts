import { docker } from "../../src/probers/index.ts";
import { judgeStartPeriod } from "./container.ts";
import { secondsOf } from "./duration.ts";
import type { Place, Report } from "./finding.ts";
import { judgeCommand, type Command } from "./shell.ts";

/** An instruction with its continuation lines joined, and the line it begins on. */
interface Instruction {
  readonly name: string;
  readonly rest: string;
  readonly line: number;
}

/** Judges the HEALTHCHECK instructions of a Dockerfile. */
export function judgeDockerfile(report: Report, file: string, text: string): void {
  for (const { name, rest, line } of instructionsOf(text)) {
    if (name !== "HEALTHCHECK" || /^NONE$/i.test(rest)) continue;
    report.seen();
    judgeHealthcheck(report, rest, { file, line, field: "HEALTHCHECK" });
  }
}

function judgeHealthcheck(report: Report, rest: string, at: Place): void {
  const flags = new Map<string, string>();
  let left = rest;
  for (let flag = /^--([a-z-]+)=(\S+)\s*/.exec(left); flag; flag = /^--([a-z-]+)=(\S+)\s*/.exec(left)) {
    flags.set(flag[1] ?? "", flag[2] ?? "");
    left = left.slice(flag[0].length);
  }
  const time = (name: "interval" | "timeout" | "start-period"): number => {
    const given = flags.get(name);
    const seconds = secondsOf(given);
    if (given !== undefined && seconds === undefined)
      report.add(
        "wrong-type",
        "error",
        { ...at, field: `--${name}` },
        "Docker refuses a duration without a unit.",
        `--${name}=30s`,
      );
    return seconds ?? Number(docker.settings[name].value);
  };
  const body = /^CMD\s+(.*)$/is.exec(left)?.[1];
  if (body === undefined) {
    report.add(
      "missing-field",
      "error",
      at,
      "HEALTHCHECK takes CMD and a command, or NONE.",
      "HEALTHCHECK CMD curl -fsS -o /dev/null --max-time 4 http://127.0.0.1:PORT/status/live || exit 1",
    );
    return;
  }
  const effects = ["replaces"] as const;
  // Plain Docker only reports, but Swarm and autohealers replace: a warning.
  const path = judgeCommand(report, effects, commandOf(body), at, "warning");
  const retries =
    Number(flags.get("retries") ?? docker.settings.retries.value) || Number(docker.settings.retries.value);
  judgeStartPeriod(
    report,
    effects,
    path,
    { period: time("start-period"), retries, interval: time("interval") },
    { ...at, field: "--start-period" },
    (seconds) => `--start-period=${seconds}s`,
    "warning",
  );
  time("timeout");
}

/** Brackets are the exec form if they hold JSON; else Docker hands the line to a shell. */
function commandOf(body: string): Command {
  try {
    const words: unknown = JSON.parse(body);
    if (Array.isArray(words)) return { words: words.map(String), shell: /(^|\/)(ba|a|da)?sh$/.test(String(words[0])) };
  } catch {
    // Not JSON: the shell form.
  }
  return { words: [body], shell: true };
}

function instructionsOf(text: string): readonly Instruction[] {
  const found: Instruction[] = [];
  let open: { start: number; parts: string[] } | undefined;
  let heredoc: string | undefined;
  const escape = /^#\s*escape=`/im.test(text.split("\n", 3).join("\n")) ? "`" : "\\";
  text.split(/\r?\n/).forEach((raw, index) => {
    if (heredoc !== undefined) {
      if (raw.trim() === heredoc) heredoc = undefined;
      return;
    }
    if (/^\s*#/.test(raw) || (open && raw.trim() === "")) return;
    open ??= { start: index + 1, parts: [] };
    const goesOn = raw.trimEnd().endsWith(escape);
    open.parts.push(goesOn ? raw.trimEnd().slice(0, -1) : raw);
    if (goesOn) return;
    const [, name = "", rest = ""] = /^\s*(\w+)\s+(.*)$/s.exec(open.parts.join(" ")) ?? [];
    heredoc = /^(RUN|COPY|ADD)$/i.test(name) ? /<<-?["']?(\w+)["']?/.exec(rest)?.[1] : undefined;
    if (name !== "") found.push({ name: name.toUpperCase(), rest: rest.trim(), line: open.start });
    open = undefined;
  });
  return found;
}
