import { docker } from "../../probers/index.ts";
import { secondsOf } from "../model/duration.ts";
import { isJson } from "../model/json.ts";
import { instructionsOf, type Instruction } from "./dockerfile-instruction.ts";
import type { Place, Report } from "../model/report.ts";
import { isShell, judgeCommand } from "../rule/command.ts";
import { judgeStartPeriod } from "../rule/container.ts";
import { areOurs, judgePath } from "../rule/path.ts";
import type { Command } from "../model/command.ts";

interface BuildStage {
  readonly name: string;
  readonly base: string;
  /** The last HEALTHCHECK of the stage, which replaces those before it. */
  check?: Instruction;
}

/** Judges the HEALTHCHECK of the image that a Dockerfile makes: that of its last stage. */
export function judgeDockerfile(report: Report, file: string, text: string): void {
  const stages: BuildStage[] = [];
  for (const instruction of instructionsOf(text)) {
    if (instruction.name === "FROM") {
      const [, base = "", name = ""] = /^(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(instruction.rest) ?? [];
      stages.push({ name: name.toLowerCase(), base });
    }
    if (instruction.name !== "HEALTHCHECK") continue;
    if (stages.length === 0) stages.push({ name: "", base: "" });
    const last = stages.at(-1);
    if (last) last.check = instruction;
  }
  const parentOf = (stage: BuildStage): BuildStage | undefined =>
    stages.slice(0, stages.indexOf(stage)).find(({ name }) => name !== "" && name === stage.base.toLowerCase());
  let stage = stages.at(-1);
  const image = stage && baseOf(stage, parentOf);
  while (stage && !stage.check) stage = parentOf(stage);
  const check = stage?.check;
  if (!check || /^(--\S+\s+)*NONE$/i.test(check.rest)) return;
  const at = { file, line: check.line, field: "HEALTHCHECK" };
  report.seen(at);
  judgeHealthcheck(report, check.rest, at, image ?? "");
}

function baseOf(stage: BuildStage, parentOf: (stage: BuildStage) => BuildStage | undefined): string {
  const parent = parentOf(stage);
  return parent ? baseOf(parent, parentOf) : stage.base;
}

function judgeHealthcheck(report: Report, rest: string, at: Place, image: string): void {
  const flags = new Map<string, string>();
  let left = rest;
  for (let flag = /^--([a-z-]+)=(\S+)\s*/.exec(left); flag; flag = /^--([a-z-]+)=(\S+)\s*/.exec(left)) {
    flags.set(flag[1] ?? "", flag[2] ?? "");
    left = left.slice(flag[0].length);
  }
  const body = /^CMD\s+(.*)$/is.exec(left)?.[1];
  if (body === undefined) return judgeNoCommand(report, left, at);
  const words = brokenListOf(body);
  if (words)
    report.add({
      rule: "wrong-type",
      severity: "error",
      at,
      what: /^\['/.test(body)
        ? "The list uses single quotes, so it is not JSON."
        : "The list is not JSON, or more text follows it.",
      why: "Docker runs the whole text in a shell. The shell finds no program of that name, so every check fails.",
      fix: `HEALTHCHECK CMD ${JSON.stringify(words)}`,
    });
  const command = commandOf(body, at, image);
  const path = judgeCommand(report, command);
  const effects = ["replaces"] as const;
  const ours = areOurs(report, [path]);
  // Plain Docker only reports, but Swarm and autohealers replace. For other services nobody can tell.
  if (path !== undefined && ours)
    judgePath(report, effects, { path, at, context: `HEALTHCHECK ${left}` }, { ours, severity: "warning" });
  const time = (name: "interval" | "timeout" | "start-period"): number => timeOf(report, flags, name, at);
  const retries =
    Number(flags.get("retries") ?? docker.settings.retries.value) || Number(docker.settings.retries.value);
  judgeStartPeriod(
    report,
    { effects, path },
    { period: time("start-period"), retries, interval: time("interval") },
    { at: { ...at, field: "--start-period" }, fix: (seconds) => `--start-period=${seconds}s`, severity: "warning" },
  );
  time("timeout");
}

function judgeNoCommand(report: Report, left: string, at: Place): void {
  const isSpaced = /^--[a-z-]+\s/.test(left);
  report.add({
    rule: "missing-field",
    severity: "error",
    at,
    what: isSpaced ? "An option of HEALTHCHECK has no = before its value." : "HEALTHCHECK has neither CMD nor NONE.",
    why: "The build fails.",
    fix: isSpaced
      ? `HEALTHCHECK ${left.replace(/\s+/, "=")}`
      : "HEALTHCHECK CMD curl -fsS -o /dev/null --max-time 4 http://127.0.0.1:PORT/PATH || exit 1",
  });
}

/** The words of a list that Docker does not take as one; `undefined` if the text is no such list. */
function brokenListOf(body: string): readonly string[] | undefined {
  if (!/^\[["']/.test(body) || isJson(body)) return undefined;
  const list = body.slice(0, body.lastIndexOf("]") + 1) || body;
  const words = [...list.matchAll(/"([^"]*)"|'([^']*)'/g)].map(([, double, single]) => double ?? single ?? "");
  return words.length > 0 ? words : undefined;
}

function timeOf(
  report: Report,
  flags: ReadonlyMap<string, string>,
  name: "interval" | "timeout" | "start-period",
  at: Place,
): number {
  const given = flags.get(name);
  const seconds = secondsOf(given);
  if (given !== undefined && seconds === undefined && !given.includes("$"))
    report.add({
      rule: "wrong-type",
      severity: "error",
      at: { ...at, field: `--${name}` },
      what: `--${name} is ${given}, which is not a duration.`,
      why: "Docker refuses a duration without a unit, and the build fails.",
      fix: `--${name}=${/^\d+$/.test(given) ? given : "30"}s`,
    });
  return seconds ?? Number(docker.settings[name].value);
}

/** Brackets are the exec form if they hold JSON; else Docker hands the line to a shell. */
function commandOf(body: string, at: Place, image: string): Command {
  const form = {
    shell: (line: string): string => `HEALTHCHECK CMD ${line}`,
    exec: (words: readonly string[]): string => `HEALTHCHECK CMD ${JSON.stringify(words)}`,
  };
  const list: unknown = isJson(body) ? JSON.parse(body) : brokenListOf(body);
  if (!Array.isArray(list)) return { words: [body], shell: true, at, image, form };
  const words = list.map(String);
  return { words, shell: isShell(words), at, image, form, unexpanded: /\$\{?[A-Za-z_]\w*\}?/ };
}
