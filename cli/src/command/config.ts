import { WORDS, zPages, type Paths, type Words } from "health-state";
import { configure, optionsFrom, PROBERS, type ConfigOptions, type Configuration } from "../probers/index.ts";
import { EXIT, UsageError, wholeOf, type Io } from "../io/io.ts";
import { nearestOf } from "../io/nearest.ts";

/** The options of `config`, as written. */
export interface ConfigFlags {
  readonly port?: string | undefined;
  readonly base?: string | undefined;
  readonly paths?: string | undefined;
  readonly words?: string | undefined;
  readonly from?: string | undefined;
  readonly "load-time"?: string | undefined;
  readonly reaction?: string | undefined;
  readonly drain?: string | undefined;
  readonly "serve-stale"?: boolean | undefined;
  readonly format?: string | undefined;
}

/** Prints the configuration of a prober; what to know before using it goes to standard error too. */
export async function runConfig(names: readonly string[], flags: ConfigFlags, io: Io): Promise<number> {
  const [name, ...more] = names;
  if (name === undefined || more.length > 0)
    throw new UsageError("config needs the name of one prober. health-state probers lists them");
  const known = PROBERS.map((prober) => prober.name);
  const nearest = known.includes(name) ? undefined : nearestOf(name, known);
  if (nearest !== undefined)
    throw new UsageError(`there is no prober ${JSON.stringify(name)}. Did you mean ${nearest}?`);
  const { words, ...others } = { ...(await toldBy(flags.from, io)), ...optionsOf(flags) };
  const made = configure(name, { ...others, ...(words && { words }) });
  const chosen = flags.format === undefined ? made : made.filter(({ format }) => format === flags.format);
  if (chosen.length === 0)
    throw new UsageError(
      `--format ${JSON.stringify(flags.format)}: ${name} has ${made.map(({ format }) => format).join(", ")}`,
    );
  io.out(chosen.map((each) => (chosen.length > 1 ? titled(each) : each.text)).join("\n"));
  for (const { file, warnings } of chosen)
    for (const warning of warnings) io.err(`health-state: ${file}: ${warning}\n`);
  if (flags.words !== undefined && textOf(made) === textOf(configure(name, others)))
    io.err(`health-state: --words changes nothing in this output of ${name}\n`);
  return EXIT.clean;
}

function textOf(made: readonly Configuration[]): string {
  return made.map(({ text }) => text).join("\n");
}

function titled({ file, text }: Configuration): string {
  return `# ---- ${file}\n${text}`;
}

function optionsOf(flags: ConfigFlags): ConfigOptions {
  return {
    ...(flags.port !== undefined && { port: wholeOf("--port", flags.port, 1, 65_535) }),
    ...(flags.base !== undefined && { base: flags.base }),
    ...(flags.paths !== undefined && { paths: pathsOf(flags.paths) }),
    ...(flags.words !== undefined && { words: wordsOf(flags.words) }),
    ...(flags["load-time"] !== undefined && { loadTime: flags["load-time"] }),
    ...(flags.reaction !== undefined && { reaction: flags.reaction }),
    ...(flags.drain !== undefined && { drain: flags.drain }),
    ...(flags["serve-stale"] !== undefined && { serveStale: flags["serve-stale"] }),
  };
}

/** What a running service tells of itself. */
async function toldBy(url: string | undefined, io: Io): Promise<ConfigOptions> {
  if (url === undefined) return {};
  try {
    return await optionsFrom(url, io.fetch);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
    throw new UsageError(`--from ${url}: ${error instanceof Error ? error.message : String(error)}${cause}`);
  }
}

/** `zPages`, or a list such as `readiness=/ready,liveness=/live`. */
function pathsOf(given: string): Partial<Paths> {
  if (given === "zPages") return zPages;
  return pairsOf("--paths", given, ["readiness", "liveness", "startup"], "zPages or readiness=/ready,liveness=/live");
}

/** A list such as `ok=UP,stale=OLD`. */
function wordsOf(given: string): Partial<Words> {
  return pairsOf("--words", given, Object.keys(WORDS), "ok=UP,stale=OLD");
}

function pairsOf(option: string, given: string, names: readonly string[], example: string): Record<string, string> {
  return Object.fromEntries(
    given.split(",").map((pair) => {
      const [, name = "", value = ""] = /^([^=]*)=(.+)$/.exec(pair.trim()) ?? [];
      if (value === "") throw new UsageError(`${option} ${JSON.stringify(given)}: must look like ${example}`);
      if (names.includes(name)) return [name, value];
      const nearest = nearestOf(name, names);
      const maybe = nearest === undefined ? "" : `. Did you mean ${nearest}?`;
      throw new UsageError(`${option}: there is no ${JSON.stringify(name)}. The names are ${names.join(", ")}${maybe}`);
    }),
  );
}
