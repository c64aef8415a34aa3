import { refuse } from "../state/refusal.ts";

// A registered symbol, so that every copy of the package in one realm finds the same things.
const KEPT: unique symbol = Symbol.for("health-state.singletons");

/**
 * What `factory` made the first time that `name` was asked for on this `globalThis`, and the same ever
 * after: for frameworks that bundle one module several times, or load it anew on every edit. A factory
 * that throws leaves nothing behind, so the next call tries again; one that was edited takes effect
 * after a restart.
 *
 * @throws TypeError for a name that is no string or an empty one, and whatever `factory` throws
 * @example
 * export const { health, index } = singleton("index", () => {
 *   const health = createHealth();
 *   return { health, index: health.resource("index", { load, refreshEvery: "30s" }) };
 * });
 */
export function singleton<T>(name: string, factory: () => T): T {
  if (typeof name !== "string" || name === "") refuse("name", name, "a string that is not empty");
  // SAFETY: only this function writes under the symbol, in any copy of the package.
  const place = globalThis as { [KEPT]?: Map<string, unknown> };
  const kept = (place[KEPT] ??= new Map());
  if (!kept.has(name)) kept.set(name, factory());
  // SAFETY: what stands under a name came from its factory; one name for one kind of thing is the caller's promise.
  return kept.get(name) as T;
}
