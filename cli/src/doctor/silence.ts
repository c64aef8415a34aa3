import { UsageError } from "../io/io.ts";
import { nearestOf } from "../io/nearest.ts";
import { yamlTreesOf } from "./model/yaml.ts";
import type { Finding } from "./model/report.ts";
import { pageOf } from "./model/report.ts";
import { isRule, RULES, type RuleId } from "./model/rules.ts";
import { matchesGlob } from "./glob.ts";

/** A rule that is silent in some files, and why. */
export interface Silence {
  readonly rule: RuleId;
  /** Patterns of files, relative to the folder of the configuration. */
  readonly files: readonly string[];
  readonly reason: string;
}

/** What the configuration file says. */
export interface DoctorConfig {
  readonly silences: readonly Silence[];
  readonly ours: boolean;
}

/** What a comment says: `health-state: ignore tcp-check, no-drain because the broker speaks no HTTP`. */
const COMMENT = /\bhealth-state:\s*ignore\s+([\w-]+(?:\s*,\s*[\w-]+)*)(?:\s+because\s+(\S[^#]*))?\s*(?:#.*)?$/;

/**
 * Leaves out what a comment or the configuration silences. A comment silences its own line and, if nothing else stands
 * in its line, the next one. Without a reason it silences nothing and is a finding itself.
 */
export function silence(
  file: string,
  text: string,
  findings: readonly Finding[],
  config: DoctorConfig,
): { readonly findings: readonly Finding[]; readonly silenced: number } {
  const byLine = new Map<number, Set<string>>();
  const more: Finding[] = [];
  const lines = text.includes("health-state:") ? text.split("\n") : [];
  const spoken = linesSpokenOf(lines);
  lines.forEach((raw, index) => {
    const said = COMMENT.exec(raw);
    if (!said || !/#|\/\//.test(raw.slice(0, said.index))) return;
    const [, names = "", reason] = said;
    const rules = names.split(/\s*,\s*/);
    const unknown = rules.find((rule) => !isRule(rule));
    if (reason === undefined || unknown !== undefined)
      more.push(badComment(file, index + 1, { names, unknown, reason }));
    if (reason === undefined) return;
    const at = spoken[index] ?? index + 1;
    const known = byLine.get(at) ?? new Set();
    for (const rule of rules) known.add(rule);
    byLine.set(at, known);
  });
  const inConfig = (rule: RuleId): boolean =>
    config.silences.some((each) => each.rule === rule && each.files.some((pattern) => matchesGlob(pattern, file)));
  const kept = findings.filter(({ rule, line }) => !byLine.get(line)?.has(rule) && !inConfig(rule));
  return {
    findings: [...kept, ...more].sort((one, other) => one.line - other.line),
    silenced: findings.length - kept.length,
  };
}

/** For a comment in each line: the number of the line that it is about. That is its own, or the first one after comments. */
function linesSpokenOf(lines: readonly string[]): readonly number[] {
  const spoken: number[] = [];
  let next = lines.length + 1;
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const line = lines[index] ?? "";
    spoken[index] = /^\s*(#|\/\/)/.test(line) ? next : index + 1;
    if (!/^\s*(#|\/\/|$)/.test(line)) next = index + 1;
  }
  return spoken;
}

/** What a comment says. */
interface SilenceComment {
  readonly names: string;
  /** The first name that is no rule. */
  readonly unknown: string | undefined;
  readonly reason: string | undefined;
}

function badComment(file: string, line: number, { names, unknown, reason = "…" }: SilenceComment): Finding {
  const rule = "silence-without-reason";
  const nearest = unknown === undefined ? undefined : nearestOf(unknown, Object.keys(RULES));
  const meant = unknown === undefined ? names : names.replace(unknown, nearest ?? "<rule>");
  return {
    rule,
    severity: "warning",
    file,
    line,
    field: "comment",
    problem: unknown === undefined ? "The comment silences a rule without a reason." : `There is no rule ${unknown}.`,
    message:
      unknown === undefined
        ? "It has no effect, because later nobody knows whether the reason still applies."
        : "This name silences nothing.",
    fix: `# health-state: ignore ${meant} because ${reason}`,
    docs: pageOf(rule),
    fixable: false,
  };
}

/**
 * Reads the configuration of the doctor.
 *
 * @throws UsageError that names file, line and what is accepted
 */
export function configOf(file: string, text: string): DoctorConfig {
  const [root] = yamlTreesOf(file, text);
  if (!root) return { silences: [], ours: false };
  for (const [key, { line }] of root.entries())
    if (key !== "silence" && key !== "ours")
      throw new UsageError(
        `${file}:${line}: ${JSON.stringify(key)} is not an option. The options are silence and ours`,
      );
  const silences = root
    .get("silence")
    .items()
    .map((item) => {
      const rule = item.get("rule").text ?? "";
      const reason = item.get("reason").text ?? "";
      const at = `${file}:${item.line}`;
      if (!isRule(rule)) {
        const nearest = nearestOf(rule, Object.keys(RULES));
        throw new UsageError(
          `${at}: there is no rule ${JSON.stringify(rule)}${nearest ? `. Did you mean ${nearest}?` : ""}`,
        );
      }
      if (reason.trim() === "")
        throw new UsageError(`${at}: the reason is missing. Write reason: and why ${rule} does not matter here`);
      const files = item.get("files");
      const patterns = files.text === undefined ? files.words() : [files.text];
      return { rule, reason, files: patterns.length > 0 ? patterns : ["**"] };
    });
  return { silences, ours: root.get("ours").value === true };
}
