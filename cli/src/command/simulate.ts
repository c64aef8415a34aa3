import {
  FLEET_SCENARIOS,
  playOneByOne,
  playScenario,
  SCENARIOS,
  toSvg,
  toTerminal,
  type Played,
  type PlayAll,
  type ScenarioOptions,
} from "../simulate/index.ts";
import { toMs } from "health-state";
import { EXIT, UsageError, wholeOf, type Io } from "../io/io.ts";
import { nearestOf } from "../io/nearest.ts";
import { Progress } from "./progress.ts";
import { scenarioPage, scenarioSweepOf } from "../rehearse/index.ts";
import { runRehearse, writeOut, type RehearseFlags } from "./rehearse.ts";

/** The options of `simulate`, as written. */
export interface SimulateFlags extends RehearseFlags {
  readonly replicas?: string | undefined;
  readonly duration?: string | undefined;
  readonly "load-time"?: string | undefined;
  readonly seed?: string | undefined;
  readonly json?: boolean | undefined;
  readonly svg?: string | undefined;
  readonly fleet?: boolean | undefined;
  readonly leave?: string | undefined;
}

/** Simulates several setups at once. Rejects nothing and gives `undefined` if one thread is as fast. */
export type SimulateMany = (...args: Parameters<PlayAll>) => ReturnType<PlayAll> | undefined;

/** Plays a scenario, and tells it as a timeline, as JSON, or as an SVG in a file (`-` is standard output). */
export async function runSimulate(
  names: readonly string[],
  flags: SimulateFlags,
  io: Io,
  simulateMany?: SimulateMany,
): Promise<number> {
  const [name, ...more] = names;
  if (name !== undefined && names.some(isFile) && !SCENARIOS.includes(name)) {
    if (flags.fleet || flags.leave !== undefined)
      throw new UsageError(`--fleet and --leave are for the scenarios ${FLEET_SCENARIOS.join(" and ")}, not for files`);
    return runRehearse(names, flags, io);
  }
  if (name === undefined || more.length > 0)
    throw new UsageError(`simulate needs the name of one scenario: ${SCENARIOS.join(", ")}`);
  if (!SCENARIOS.includes(name))
    throw new UsageError(
      `${JSON.stringify(name)} is not a scenario. The scenarios are ${SCENARIOS.join(", ")}${maybe(nearestOf(name, SCENARIOS))}`,
    );
  if (flags.json && flags.svg === "-") throw new UsageError("--json and --svg - cannot be used together");
  checkFleet(name, flags);
  const progress = new Progress(io);
  const playAll: PlayAll = (setups, options) => simulateMany?.(setups, options) ?? playOneByOne(setups, options);
  const options = { ...optionsOf(flags), onProgress: (share: number) => progress.show(share) };
  const played = await playScenario(name, options, playAll);
  const page = flags.html === undefined ? undefined : await pageOf(played, progress);
  progress.end();
  if (flags.svg !== undefined && flags.svg !== "-") await writeOut("--svg", flags.svg, toSvg(played), io);
  if (flags.html !== undefined && page !== undefined) await writeOut("--html", flags.html, page, io);
  if (flags.json) io.out(`${JSON.stringify(played)}\n`);
  else io.out(flags.svg === "-" ? toSvg(played) : toTerminal(played));
  return EXIT.clean;
}

/** The page needs every value of every slider, so it takes several times as long as the text. */
async function pageOf(played: Played, progress: Progress): Promise<string> {
  return scenarioPage(played, await scenarioSweepOf(played, (share) => progress.show(share)));
}

/** A name with a dot or a slash is a file, and so is standard input. */
function isFile(name: string): boolean {
  return name === "-" || /[./\\]/.test(name);
}

function maybe(nearest: string | undefined): string {
  return nearest === undefined ? "" : `. Did you mean ${nearest}?`;
}

function checkFleet(name: string, { fleet, leave }: SimulateFlags): void {
  if (leave !== undefined && !fleet) throw new UsageError("--leave is for --fleet");
  if (fleet && !FLEET_SCENARIOS.includes(name))
    throw new UsageError(`--fleet changes nothing in ${name}. It is for ${FLEET_SCENARIOS.join(" and ")}`);
  if (leave !== undefined && !/^(?:[1-9]\d{0,4}|\d{1,3}(?:\.\d{1,6})?%)$/.test(leave))
    throw new UsageError(`--leave ${JSON.stringify(leave)}: must be a share such as 10%, or a whole number from 1`);
}

function optionsOf(flags: SimulateFlags): ScenarioOptions {
  return {
    ...(flags.replicas !== undefined && { replicas: wholeOf("--replicas", flags.replicas, 1, 10_000) }),
    ...(flags.seed !== undefined && { seed: wholeOf("--seed", flags.seed, 0, Number.MAX_SAFE_INTEGER) }),
    ...(flags.duration !== undefined && { duration: toMs("--duration", flags.duration, 60_000) }),
    ...(flags.fleet !== undefined && { fleet: flags.fleet }),
    ...(flags.leave !== undefined && { leave: flags.leave.endsWith("%") ? flags.leave : Number(flags.leave) }),
    ...(flags["load-time"] !== undefined && { loadTime: toMs("--load-time", flags["load-time"], 1) }),
  };
}
