import { configure, type ConfigOptions, type Configuration } from "../src/probers/index.ts";
import { EXIT, UsageError, wholeOf, type Io } from "./io.ts";

/** The options of `config`, as written. */
export interface ConfigFlags {
  readonly port?: string | undefined;
  readonly base?: string | undefined;
  readonly "load-time"?: string | undefined;
  readonly reaction?: string | undefined;
  readonly drain?: string | undefined;
  readonly "serve-stale"?: boolean | undefined;
  readonly format?: string | undefined;
}

/** Prints a client's configuration; what to know before using it goes to standard error too. */
export function runConfig(names: readonly string[], flags: ConfigFlags, io: Io): number {
  const [name, ...more] = names;
  if (name === undefined || more.length > 0)
    throw new UsageError("config takes the name of one prober; health-state probers lists them");
  const made = configure(name, optionsOf(flags));
  const chosen = flags.format === undefined ? made : made.filter(({ format }) => format === flags.format);
  if (chosen.length === 0)
    throw new UsageError(
      `--format ${JSON.stringify(flags.format)}: ${name} has ${made.map(({ format }) => format).join(", ")}`,
    );
  io.out(chosen.map((each) => (chosen.length > 1 ? titled(each) : each.text)).join("\n"));
  for (const { file, warnings } of chosen)
    for (const warning of warnings) io.err(`health-state: ${file}: ${warning}\n`);
  return EXIT.clean;
}

function titled({ file, text }: Configuration): string {
  return `# ---- ${file}\n${text}`;
}

function optionsOf(flags: ConfigFlags): ConfigOptions {
  return {
    ...(flags.port !== undefined && { port: wholeOf("--port", flags.port, 1, 65_535) }),
    ...(flags.base !== undefined && { base: flags.base }),
    ...(flags["load-time"] !== undefined && { loadTime: flags["load-time"] }),
    ...(flags.reaction !== undefined && { reaction: flags.reaction }),
    ...(flags.drain !== undefined && { drain: flags.drain }),
    ...(flags["serve-stale"] !== undefined && { serveStale: flags["serve-stale"] }),
  };
}
