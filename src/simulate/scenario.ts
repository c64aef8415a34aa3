import { toMs, type Duration } from "../state/duration.ts";
import { refuse } from "../state/refusal.ts";
import { BUILT_IN } from "./built-in.ts";
import { simulate, type Figures } from "./simulate.ts";
import type { Timeline } from "./record.ts";
import type { Setup } from "./setup.ts";

/** What of a built-in scenario may be changed. */
export interface ScenarioOptions {
  /** How many replicas. @default the scenario's own */
  readonly replicas?: number;
  /** How long to look. @default the scenario's own */
  readonly duration?: Duration;
  /** How long a load takes. @default the scenario's own */
  readonly loadTime?: Duration;
  /** The same seed gives the same answer. @default 1 */
  readonly seed?: number;
}

/** The options in whole numbers. */
export interface Dials {
  readonly replicas: number;
  readonly durationSeconds: number;
  readonly loadSeconds: number;
}

/** One of the situations that a scenario sets beside each other. */
export interface Variant {
  readonly title: string;
  readonly setup: Setup;
}

/** A built-in scenario. */
export interface Scenario {
  readonly name: string;
  /** What it shows, one sentence. */
  readonly shows: string;
  readonly dials: Dials;
  readonly variants: (dials: Dials) => readonly Variant[];
}

/** One variant of a scenario, played. */
export interface PlayedVariant {
  /** What is different here. */
  readonly title: string;
  /** What was played. */
  readonly setup: Setup;
  /** The sums. */
  readonly figures: Figures;
  /** What was seen over time. */
  readonly timeline: Timeline;
}

/** A scenario, played. */
export interface Played {
  /** The scenario's name. */
  readonly scenario: string;
  /** What it shows, one sentence. */
  readonly shows: string;
  /** The seed that gives this answer again. */
  readonly seed: number;
  /** How many replicas were wanted. */
  readonly replicas: number;
  /** How long they were looked at. */
  readonly durationSeconds: number;
  /** How long a load took, give or take a tenth. */
  readonly loadSeconds: number;
  /** Each variant, in the scenario's order. */
  readonly variants: readonly PlayedVariant[];
}

/** The names of the built-in scenarios. */
export const SCENARIOS: readonly string[] = Object.freeze(BUILT_IN.map(({ name }) => name));

/** Each built-in scenario and what it shows. */
export function scenarioText(name: string): string {
  return scenarioOf(name).shows;
}

/**
 * Plays a built-in scenario: each of its variants, one after the other, with the same seed.
 *
 * @throws TypeError that names the option, the value and what is accepted
 */
export async function playScenario(name: string, options: ScenarioOptions = {}): Promise<Played> {
  const { dials, shows, variants } = scenarioOf(name);
  const { seed = 1, replicas = dials.replicas } = options;
  if (!Number.isSafeInteger(seed) || seed < 0) refuse("seed", seed, "a whole number from 0");
  if (!Number.isInteger(replicas) || replicas < 1 || replicas > 10_000)
    refuse("replicas", replicas, "a whole number from 1 to 10000");
  const seconds = (option: string, given: Duration | undefined, own: number, least: number): number =>
    given === undefined ? own : toMs(option, given, least) / 1_000;
  const set: Dials = {
    replicas,
    durationSeconds: seconds("duration", options.duration, dials.durationSeconds, 60_000),
    loadSeconds: seconds("loadTime", options.loadTime, dials.loadSeconds, 1),
  };
  if (set.durationSeconds > 31 * 86_400) refuse("duration", options.duration, "31 days at most");
  const played: PlayedVariant[] = [];
  for (const { title, setup } of variants(set)) played.push({ title, setup, ...(await simulate(setup, { seed })) });
  return { scenario: name, shows, seed, ...set, variants: played };
}

function scenarioOf(name: string): Scenario {
  return (
    BUILT_IN.find((scenario) => scenario.name === name) ?? refuse("scenario", name, `one of ${SCENARIOS.join(", ")}`)
  );
}
