import { invalidOption, propertyOf } from "../option/invalid-option.ts";
import type { Registry } from "./registry.ts";

// A registered symbol, because several copies of the package in one process must recognise each other's healths.
const REGISTRY: unique symbol = /* @__PURE__ */ Symbol.for("health-state.registry");

/** Stores the registry of a health, for the optional parts. */
export function keepRegistry(health: object, registry: Registry): void {
  Object.defineProperty(health, REGISTRY, { value: registry });
}

/** @throws TypeError if it is not a health of `createHealth()` */
export function registryOf(health: unknown): Registry {
  // SAFETY: only keepRegistry() writes under the symbol. A Proxy that has every property is not an object of this
  // library.
  const registry = propertyOf(health, REGISTRY) as Registry | undefined;
  return typeof propertyOf(registry, "phase") === "string" && registry
    ? registry
    : invalidOption("health", health, "what createHealth() returned");
}
