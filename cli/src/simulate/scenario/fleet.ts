import type { FleetSetup, Setup } from "../model/setup.ts";
import { baseOf } from "./base.ts";
import type { Scenario, ScenarioDefaults, Variant } from "./definition.ts";

/** The source is down for all replicas, from a ninth to seven ninths of the time. */
export function outageSetup(defaults: ScenarioDefaults): Setup {
  const ninth = defaults.durationSeconds / 9;
  return {
    ...baseOf(defaults),
    requestsFromSeconds: ninth / 2,
    troubles: [{ fromSeconds: ninth, untilSeconds: 7 * ninth, kind: "down" }],
  };
}

/** Returns the same setup twice, with and without a fleet. */
export function withAndWithout(name: string, setup: Setup, fleet: FleetSetup): readonly Variant[] {
  const { leave } = fleet;
  return [
    { title: `${name}, each replica alone`, setup },
    { title: `${name}, a fleet with leave ${leave}`, setup: { ...setup, fleet } },
  ];
}

/** A bad revision is announced after a ninth of the time, and a good one after six ninths. */
function badRevisionSetup(defaults: ScenarioDefaults, kind: "rejected" | "failing"): Setup {
  const ninth = defaults.durationSeconds / 9;
  return {
    ...baseOf(defaults),
    requestsFromSeconds: ninth / 2,
    revisions: [
      { fromSeconds: 0, revision: "v1" },
      { fromSeconds: ninth, revision: "v2", kind },
      { fromSeconds: 6 * ninth, revision: "v3" },
    ],
    phase: { fromSeconds: ninth, untilSeconds: 6 * ninth },
  };
}

/** The variants of the scenario `rollout`. */
export const ROLLOUT: Scenario = {
  name: "rollout",
  shows:
    "A bad revision reaches every replica, and all their data becomes stale. With a rollout, it reaches one replica.",
  defaults: { replicas: 40, durationSeconds: 5_400, loadSeconds: 10 },
  variants: (defaults) => {
    const rollout = { first: 1, soakSeconds: defaults.durationSeconds / 45 };
    return (["rejected", "failing"] as const).flatMap((kind) => {
      const setup = badRevisionSetup(defaults, kind);
      const name = kind === "rejected" ? "validate refuses it" : "its load fails";
      return [
        { title: `${name}, without a rollout`, setup },
        { title: `${name}, a rollout with first 1`, setup: { ...setup, fleet: { rollout } } },
      ];
    });
  },
};
