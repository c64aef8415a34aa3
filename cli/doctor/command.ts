import { toMs } from "../../src/state/duration.ts";
import { EXIT, UsageError, type Io } from "../io.ts";
import { examine } from "./examine.ts";
import type { Service } from "./finding.ts";
import { serviceFrom } from "./from.ts";
import { toJson, toSarif, toText, type Result } from "./output.ts";

/** The options of `doctor`, as written. */
export interface DoctorFlags {
  readonly "load-time"?: string | undefined;
  readonly drain?: string | undefined;
  readonly "refuse-after"?: string | undefined;
  readonly from?: string | undefined;
  readonly json?: boolean | undefined;
  readonly sarif?: boolean | undefined;
}

/**
 * Judges the files. Notes leave the exit code at 0, warnings and errors make it 1, and a file that cannot
 * be read makes it 2, after the others have been judged.
 */
export async function runDoctor(files: readonly string[], flags: DoctorFlags, io: Io): Promise<number> {
  if (files.length === 0) throw new UsageError("doctor takes at least one file, or - for standard input");
  if (flags.json && flags.sarif) throw new UsageError("--json and --sarif exclude each other");
  const service = await serviceOf(flags, io);
  const results: Result[] = [];
  let unreadable = false;
  for (const file of files) {
    try {
      results.push({ file, ...examine(file, await readText(file, io), service) });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      unreadable = true;
      io.err(`health-state: ${error.message}\n`);
    }
  }
  if (results.length > 0 || flags.json || flags.sarif)
    io.out(flags.sarif ? toSarif(results) : flags.json ? toJson(results) : toText(results));
  if (unreadable) return EXIT.unreadable;
  return results.some(({ findings }) => findings.some(({ severity }) => severity !== "note"))
    ? EXIT.findings
    : EXIT.clean;
}

async function readText(file: string, io: Io): Promise<string> {
  try {
    return (await io.read(file)).replace(/^\uFEFF/, "");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const reason =
      code === "ENOENT"
        ? "there is no such file"
        : code === "EISDIR"
          ? "is a folder"
          : code === "EACCES"
            ? "may not be read"
            : "cannot be read";
    throw new UsageError(`${file}: ${reason}`);
  }
}

/** What is known of the service: what it says itself, and over that what the user says. */
async function serviceOf(flags: DoctorFlags, io: Io): Promise<Service> {
  const told = flags.from === undefined ? {} : await serviceFrom(flags.from, io);
  const seconds = (option: string, given: string | undefined, orNever = false): number | undefined =>
    given === undefined ? undefined : toMs(option, given, 0, orNever) / 1_000;
  const loadSeconds = seconds("--load-time", flags["load-time"]);
  const drainSeconds = seconds("--drain", flags.drain);
  const refuseAfterSeconds = seconds("--refuse-after", flags["refuse-after"], true);
  return {
    ...told,
    ...(loadSeconds !== undefined && { loadSeconds }),
    ...(drainSeconds !== undefined && { drainSeconds }),
    ...(refuseAfterSeconds !== undefined && { refuseAfterSeconds }),
  };
}
