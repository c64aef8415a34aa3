import { registryOf } from "../health/registry-of.ts";

/**
 * Checks an argument that must be a health, for adapters.
 *
 * @throws TypeError unless `createHealth()` or `workers()` created it
 */
export function checkHealth(health: unknown): void {
  registryOf(health);
}
