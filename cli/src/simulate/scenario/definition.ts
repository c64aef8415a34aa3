import type { Setup } from "../model/setup.ts";

/** The default settings of a scenario. */
export interface ScenarioDefaults {
  readonly replicas: number;
  readonly durationSeconds: number;
  readonly loadSeconds: number;
}

/** One variant of a scenario. */
export interface Variant {
  readonly title: string;
  readonly setup: Setup;
}

/** A built-in scenario. */
export interface Scenario {
  readonly name: string;
  /** A sentence that explains the scenario. */
  readonly shows: string;
  readonly defaults: ScenarioDefaults;
  readonly variants: (defaults: ScenarioDefaults) => readonly Variant[];
  /** The variants with and without a fleet, if a fleet makes a difference. */
  readonly withFleet?: {
    /** A sentence that explains these variants. */
    readonly shows: string;
    /** @param leave how many may be out at once because their data is too old */
    readonly variants: (defaults: ScenarioDefaults, leave: string | number) => readonly Variant[];
  };
}
