import { toMs, toMsOrNever } from "health-state";
import { diffOf, fixed } from "../doctor/fix.ts";
import { serviceFrom } from "../doctor/from.ts";
import { judgeFile, type Judged, type Judging } from "../doctor/judge.ts";
import type { Service } from "../doctor/model/report.ts";
import { isRule, RULES, type RuleId } from "../doctor/model/rules.ts";
import { toGithub, toJson, toSarif, toText, type Result } from "../doctor/output.ts";
import { configOf, type DoctorConfig } from "../doctor/silence.ts";
import { EXIT, UsageError, type Io } from "../io/io.ts";
import { nearestOf } from "../io/nearest.ts";

/** The options of `doctor`, as written. */
export interface DoctorFlags {
  readonly "load-time"?: string | undefined;
  readonly drain?: string | undefined;
  readonly "refuse-after"?: string | undefined;
  readonly from?: string | undefined;
  readonly ours?: boolean | undefined;
  readonly only?: string | undefined;
  readonly skip?: string | undefined;
  readonly config?: string | undefined;
  readonly fix?: boolean | undefined;
  readonly diff?: boolean | undefined;
  readonly "allow-unread"?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly sarif?: boolean | undefined;
  readonly github?: boolean | undefined;
}

/** Judges many files at once, in their order; `undefined` where that is not worth it. */
export type JudgeMany = (files: readonly string[], judging: Judging) => Promise<readonly Judged[] | undefined>;

/** The configuration that is read if there is one. */
const CONFIG = ".health-state.yaml";

/**
 * Judges the files. Notes leave the exit code at 0, warnings and errors make it 1. A file that cannot be read makes it
 * 2, after the others have been judged. If nothing is found and documents were not read, it is 3.
 */
export async function runDoctor(
  files: readonly string[],
  flags: DoctorFlags,
  io: Io,
  judgeMany?: JudgeMany,
): Promise<number> {
  if (files.length === 0) throw new UsageError("doctor needs at least one file, or - for standard input");
  const formats = (["json", "sarif", "github"] as const).filter((name) => flags[name]);
  if (formats.length > 1) throw new UsageError(`--${formats[0]} and --${formats[1]} cannot be used together`);
  const config = await readConfig(flags.config, io);
  const judging = { ...rulesOf(flags), config, service: await serviceOf(flags, config, io) };
  const results: Result[] = [];
  let unreadable = false;
  const take = async (judged: Judged): Promise<void> => {
    if ("result" in judged) {
      results.push(judged.result);
      const refused = flags.fix || flags.diff ? await correct(judged.result, judged.text, flags, io) : undefined;
      if (refused === undefined) return;
      judged = { refused, isUnknown: false };
    }
    // In a folder of all kinds of files, those of other kinds are no failure.
    if (!judged.isUnknown || !flags["allow-unread"]) unreadable = true;
    io.err(`health-state: ${judged.refused}\n`);
  };
  const many = flags.fix || flags.diff ? undefined : await judgeMany?.(files, judging);
  if (many) for (const judged of many) await take(judged);
  else for (const file of files) await take(await judgeFile(file, io.read, judging));
  if (results.length > 0 || formats.length > 0) io.out(shownAs(formats[0], results, io));
  if (unreadable) return EXIT.unreadable;
  if (results.some(({ findings }) => findings.some(({ severity }) => severity !== "note"))) return EXIT.findings;
  return !flags["allow-unread"] && results.some(({ unread }) => unread.length > 0) ? EXIT.unread : EXIT.clean;
}

function shownAs(format: "json" | "sarif" | "github" | undefined, results: readonly Result[], io: Io): string {
  if (format === "json") return toJson(results);
  if (format === "sarif") return toSarif(results, io.version);
  if (format === "github") return toGithub(results);
  return toText(results, io.columns === undefined ? Infinity : Math.max(40, Math.min(io.columns, 120)));
}

/** Shows what changes, and writes it with `--fix`; says why it cannot. */
async function correct(
  { file, findings }: Result,
  text: string,
  flags: DoctorFlags,
  io: Io,
): Promise<string | undefined> {
  const { text: next, count } = fixed(text, findings);
  if (count === 0) return undefined;
  // The findings for programs stay alone on standard output.
  const show = flags.json || flags.sarif || flags.github ? io.err : io.out;
  show(diffOf(file, text, next));
  if (!flags.fix) return undefined;
  if (file === "-") return "--fix cannot write to standard input. Use --diff to see the changes";
  // Bytes that are no UTF-8 were replaced when the file was read. So writing the file would change them.
  if (text.includes("\uFFFD")) return `${file}: is not UTF-8, so --fix does not change it. Save it in UTF-8`;
  try {
    await io.write(file, next);
  } catch (error) {
    return `${file}: cannot be written (${error instanceof Error ? error.message : String(error)})`;
  }
  show(`${file}: ${count} corrected\n\n`);
  return undefined;
}

/** Which rules are asked for. */
function rulesOf({ only, skip }: DoctorFlags): Pick<Judging, "only" | "skip"> {
  return { only: listOf("--only", only), skip: listOf("--skip", skip) };
}

function listOf(option: string, given: string | undefined): readonly RuleId[] | undefined {
  return given?.split(",").map((part) => {
    const rule = part.trim();
    if (isRule(rule)) return rule;
    const nearest = nearestOf(rule, Object.keys(RULES));
    const maybe = nearest === undefined ? "" : `. Did you mean ${nearest}?`;
    throw new UsageError(`${option}: there is no rule ${JSON.stringify(rule)}${maybe}`);
  });
}

async function readConfig(given: string | undefined, io: Io): Promise<DoctorConfig> {
  const file = given ?? CONFIG;
  const text = await io.read(file).catch(() => undefined);
  if (text === undefined && given !== undefined) throw new UsageError(`--config ${given}: cannot be read`);
  return text === undefined ? { silences: [], ours: false } : configOf(file, text);
}

/** What is known of the service: what it says itself, and over that what the user says. */
async function serviceOf(flags: DoctorFlags, config: DoctorConfig, io: Io): Promise<Service> {
  const told = flags.from === undefined ? {} : await serviceFrom(flags.from, io);
  const seconds = (option: string, given: string | undefined, read = toMs): number | undefined =>
    given === undefined ? undefined : read(option, given) / 1_000;
  const loadSeconds = seconds("--load-time", flags["load-time"]);
  const drainSeconds = seconds("--drain", flags.drain);
  const refuseAfterSeconds = seconds("--refuse-after", flags["refuse-after"], toMsOrNever);
  return {
    ours: flags.ours === true || flags.from !== undefined || config.ours,
    ...told,
    ...(loadSeconds !== undefined && { loadSeconds }),
    ...(drainSeconds !== undefined && { drainSeconds }),
    ...(refuseAfterSeconds !== undefined && { refuseAfterSeconds }),
  };
}
