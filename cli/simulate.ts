import {
  playScenario,
  SCENARIOS,
  scenarioText,
  toSvg,
  toTerminal,
  type ScenarioOptions,
} from "../src/simulate/index.ts";
import { toMs } from "../src/state/duration.ts";
import { EXIT, UsageError, wholeOf, type Io } from "./io.ts";

/** The options of `simulate`, as written. */
export interface SimulateFlags {
  readonly replicas?: string | undefined;
  readonly duration?: string | undefined;
  readonly "load-time"?: string | undefined;
  readonly seed?: string | undefined;
  readonly json?: boolean | undefined;
  readonly svg?: string | undefined;
}

/** Plays a scenario, and tells it as a timeline, as JSON, or as an SVG in a file (`-` is standard output). */
export async function runSimulate(names: readonly string[], flags: SimulateFlags, io: Io): Promise<number> {
  const [name, ...more] = names;
  if (name === undefined || more.length > 0)
    throw new UsageError(`simulate takes the name of one scenario: ${SCENARIOS.join(", ")}`);
  if (!SCENARIOS.includes(name))
    throw new UsageError(`${JSON.stringify(name)} is no scenario; there are ${SCENARIOS.join(", ")}`);
  if (flags.json && flags.svg === "-") throw new UsageError("--json and --svg - exclude each other");
  const played = await playScenario(name, optionsOf(flags));
  if (flags.svg !== undefined && flags.svg !== "-") await written(flags.svg, toSvg(played), io);
  if (flags.json) io.out(`${JSON.stringify(played)}\n`);
  else io.out(flags.svg === "-" ? toSvg(played) : toTerminal(played));
  return EXIT.clean;
}

/** A line for each scenario, for the help. */
export function scenarioLines(): string {
  return SCENARIOS.map((name) => `      ${name.padEnd(16)} ${scenarioText(name)}\n`).join("");
}

function optionsOf(flags: SimulateFlags): ScenarioOptions {
  return {
    ...(flags.replicas !== undefined && { replicas: wholeOf("--replicas", flags.replicas, 1, 10_000) }),
    ...(flags.seed !== undefined && { seed: wholeOf("--seed", flags.seed, 0, Number.MAX_SAFE_INTEGER) }),
    ...(flags.duration !== undefined && { duration: toMs("--duration", flags.duration, 60_000) }),
    ...(flags["load-time"] !== undefined && { loadTime: toMs("--load-time", flags["load-time"], 1) }),
  };
}

async function written(file: string, text: string, io: Io): Promise<void> {
  try {
    await io.write(file, text);
  } catch (error) {
    throw new UsageError(
      `--svg ${file}: cannot be written (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}
