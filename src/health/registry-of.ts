import { invalidOption, propertyOf } from "../option/invalid-option.ts";
import type { Registry } from "./registry.ts";

/** What is stored in a health, and what a service does not see. */
export interface Stored {
  readonly registry: Registry;
}

// A registered symbol, because several copies of the package in one process must recognise each other's healths.
const STORED: unique symbol = /* @__PURE__ */ Symbol.for("health-state.registry");

/** Stores the inner parts of a health. They are neither listed nor copied with it. */
export function store(health: object, stored: Stored): void {
  Object.defineProperty(health, STORED, { value: stored });
}

/** @throws TypeError if it is not a health of `createHealth()` or `workers()` */
export function storedOf(health: unknown): Stored {
  // SAFETY: only store() writes under the symbol. A Proxy that has every property is not an object of this library.
  const stored = propertyOf(health, STORED) as Stored | undefined;
  return typeof propertyOf(propertyOf(stored, "registry"), "phase") === "string" && stored
    ? stored
    : invalidOption("health", health, "what createHealth() returned");
}

/** @throws TypeError if it is not a health of `createHealth()` or `workers()` */
export function registryOf(health: unknown): Registry {
  return storedOf(health).registry;
}
