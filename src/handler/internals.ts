import type { Answer } from "../answer/answer.ts";
import type { Probe, Route } from "../answer/paths.ts";
import type { Details, Platform } from "../details/details.ts";
import { store, storedOf, type Stored } from "../health/registry-of.ts";
import type { Verdict } from "../health/verdict.ts";

/** The parts of a health that the adapters and the other entries of this package use, and that a service does not see. */
export interface HealthInternals extends Stored {
  /**
   * Returns the answer to a request as data. It creates no Request and no Response. Returns `undefined` for a path that
   * is no probe.
   */
  readonly ask: <R>(method: string, target: string, raw: R, platform: Platform<R>) => Answer | undefined;
  /** Every path with its probe. */
  readonly routes: ReadonlyMap<string, Route>;
  /** The answers of a group of processes, if they differ from those of the registry. It starts nothing. */
  readonly verdicts?: () => Readonly<Record<Probe, Verdict>>;
  /** The detailed forms, if any. */
  readonly details: Details | undefined;
}

/** Stores the internals of a health. */
export function keepInternals(health: object, internals: HealthInternals): void {
  store(health, internals);
}

/** @throws TypeError if it is not a health of `createHealth()` or `workers()` */
export function internalsOf(health: object): HealthInternals {
  // SAFETY: only keepInternals() stores anything in a health.
  return storedOf(health) as HealthInternals;
}
