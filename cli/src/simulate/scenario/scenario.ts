import { toMs, type Duration } from "health-state";
import { invalidOption } from "../../option/invalid-option.ts";
import { BUILT_IN } from "./built-in.ts";
import type { Scenario, ScenarioDefaults, Variant } from "./definition.ts";
import type { Figures } from "../run/figures.ts";
import { simulate, type SimulateOptions, type SimulationResult } from "../run/simulate.ts";
import type { Timeline } from "../model/recorder.ts";
import type { Setup } from "../model/setup.ts";

/** The options of a built-in scenario. */
export interface ScenarioOptions {
  /** The number of replicas. @default the scenario's own */
  readonly replicas?: number;
  /** The simulated time. @default the scenario's own */
  readonly duration?: Duration;
  /** How long a load takes. @default the scenario's own */
  readonly loadTime?: Duration;
  /** The seed of the random numbers. The same seed gives the same result. @default 1 */
  readonly seed?: number;
  /** Compares with and without a fleet. It is possible for these: `source-outage`, `lone-stale`. @default false */
  readonly fleet?: boolean;
  /** How many of the fleet may be out at once because their data is too old: a share or a number. @default "10%" */
  readonly leave?: string | number;
  /** Called from time to time with the finished share, 0 to 1. */
  readonly onProgress?: ((share: number) => Promise<void> | void) | undefined;
}

/** One simulated variant of a scenario. */
export interface PlayedVariant {
  /** The difference to the other variants. */
  readonly title: string;
  /** The simulated setup. */
  readonly setup: Setup;
  /** The figures. */
  readonly figures: Figures;
  /** The results over time. */
  readonly timeline: Timeline;
}

/** A simulated scenario. */
export interface Played {
  /** The scenario's name. */
  readonly scenario: string;
  /** A sentence that explains the scenario. */
  readonly shows: string;
  /** The seed of this result. */
  readonly seed: number;
  /** The number of replicas. */
  readonly replicas: number;
  /** The simulated time. */
  readonly durationSeconds: number;
  /** How long a load took, give or take a tenth. */
  readonly loadSeconds: number;
  /** Each variant, in the scenario's order. */
  readonly variants: readonly PlayedVariant[];
}

/** The names of the built-in scenarios. */
export const SCENARIOS: readonly string[] = Object.freeze(BUILT_IN.map(({ name }) => name));

/** The names of those that a fleet changes. */
export const FLEET_SCENARIOS: readonly string[] = Object.freeze(
  BUILT_IN.filter(({ withFleet }) => withFleet).map(({ name }) => name),
);

/** Each built-in scenario and what it shows. */
export function scenarioText(name: string): string {
  return scenarioOf(name).shows;
}

/**
 * Simulates a built-in scenario: each of its variants, with the same seed.
 *
 * @param playAll simulates the variants. By default one after the other
 * @throws TypeError that names the option, its value, and the accepted values
 */
export async function playScenario(
  name: string,
  options: ScenarioOptions = {},
  playAll: PlayAll = playOneByOne,
): Promise<Played> {
  const scenario = scenarioOf(name);
  const { defaults } = scenario;
  const { seed = 1, replicas = defaults.replicas } = options;
  if (!Number.isSafeInteger(seed) || seed < 0) invalidOption("seed", seed, "a whole number from 0");
  if (!Number.isInteger(replicas) || replicas < 1 || replicas > 10_000)
    invalidOption("replicas", replicas, "a whole number from 1 to 10000");
  const seconds = (option: string, given: Duration | undefined, own: number, least: number): number =>
    given === undefined ? own : toMs(option, given, least) / 1_000;
  const set: ScenarioDefaults = {
    replicas,
    durationSeconds: seconds("duration", options.duration, defaults.durationSeconds, 60_000),
    loadSeconds: seconds("loadTime", options.loadTime, defaults.loadSeconds, 1),
  };
  if (set.durationSeconds > 31 * 86_400) invalidOption("duration", options.duration, "31 days at most");
  const { shows, all } = variantsOf(scenario, set, options);
  const setups = all.map(({ setup }) => setup);
  const results = await playAll(setups, { seed, onProgress: options.onProgress });
  const variants = all.flatMap(({ title, setup }, index) => {
    const result = results[index];
    return result ? [{ title, setup, ...result }] : [];
  });
  return { scenario: name, shows, seed, ...set, variants };
}

/** Simulates setups with the same seed. The results have the order of the setups. */
export type PlayAll = (
  setups: readonly Setup[],
  options: Pick<SimulateOptions, "seed" | "onProgress">,
) => Promise<readonly SimulationResult[]>;

/** Simulates setups one after the other. */
export const playOneByOne: PlayAll = async (setups, { seed = 1, onProgress }) => {
  const results: SimulationResult[] = [];
  for (const [index, setup] of setups.entries())
    results.push(await simulate(setup, { seed, onProgress: (share) => onProgress?.((index + share) / setups.length) }));
  return results;
};

function variantsOf(
  { name, shows, variants, withFleet }: Scenario,
  set: ScenarioDefaults,
  { fleet = false, leave }: ScenarioOptions,
): { readonly shows: string; readonly all: readonly Variant[] } {
  if (!fleet) {
    if (leave !== undefined) invalidOption("leave", leave, "nothing without fleet: true");
    return { shows, all: variants(set) };
  }
  if (!withFleet) invalidOption("fleet", fleet, `false for ${name}; a fleet changes ${FLEET_SCENARIOS.join(" and ")}`);
  return { shows: withFleet.shows, all: withFleet.variants(set, leave ?? "10%") };
}

function scenarioOf(name: string): Scenario {
  return (
    BUILT_IN.find((scenario) => scenario.name === name) ??
    invalidOption("scenario", name, `one of ${SCENARIOS.join(", ")}`)
  );
}
