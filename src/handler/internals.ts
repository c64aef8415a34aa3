import type { Answer } from "../answer/answer.ts";
import type { Route } from "../answer/paths.ts";
import type { Details, Platform } from "../details/details.ts";
import { registryOf } from "../health/registry-of.ts";
import { propertyOf } from "../option/invalid-option.ts";

/** The parts of a health that the adapters and the other entries of this package use, and that a service does not see. */
export interface HealthInternals {
  /**
   * Returns the answer to a request as data. It creates no Request and no Response. Returns `undefined` for a path that
   * is no probe.
   */
  readonly ask: <R>(method: string, target: string, raw: R, platform: Platform<R>) => Answer | undefined;
  /** Every path with its probe. */
  readonly routes: ReadonlyMap<string, Route>;
  /** The detailed forms, if any. */
  readonly details: Details | undefined;
}

// A registered symbol, because several copies of the package in one process must recognise each other's healths.
const INTERNALS: unique symbol = /* @__PURE__ */ Symbol.for("health-state.internals");

/** Stores the internals of a health. They are neither listed nor copied with it. */
export function keepInternals(health: object, internals: HealthInternals): void {
  Object.defineProperty(health, INTERNALS, { value: internals });
}

/** @throws TypeError if it is not a health of `createHealth()` or `workers()` */
export function internalsOf(health: object): HealthInternals {
  registryOf(health);
  // SAFETY: only keepInternals() writes under the symbol, and whatever has a registry has internals too.
  return propertyOf(health, INTERNALS) as HealthInternals;
}
