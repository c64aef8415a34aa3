import { checkFunction, invalidOption } from "../option/invalid-option.ts";

// The symbol is registered, so that every copy of the package in one realm finds the same results.
const KEPT: unique symbol = /* @__PURE__ */ Symbol.for("health-state.singletons");

/**
 * Calls `factory` once for each `name`, and returns the same result every time. The result is stored on `globalThis`.
 * Use it if a framework bundles a module several times, or loads it again after each edit. If the factory throws, the
 * next call tries again. A change in the factory takes effect after a restart.
 *
 * @throws TypeError if `name` is not a string or is empty, or `factory` is not a function. Also the error of `factory`.
 * @example
 * export const { health, index } = singleton("index", () => {
 *   const health = createHealth();
 *   return { health, index: health.resource("index", { load, refreshEvery: "30s" }) };
 * });
 */
export function singleton<T>(name: string, factory: () => T): T {
  if (typeof name !== "string" || name === "") invalidOption("name", name, "a string that is not empty");
  checkFunction("factory", factory);
  // SAFETY: only this function writes under the symbol, in any copy of the package.
  const place = globalThis as { [KEPT]?: Map<string, unknown> };
  place[KEPT] ??= new Map();
  const kept = place[KEPT];
  if (!kept.has(name)) kept.set(name, factory());
  // SAFETY: the result under a name came from its factory. The caller must use one type for each name.
  return kept.get(name) as T;
}
