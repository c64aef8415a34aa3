// What the adapters take from the library, beside its public names. It is no entry of the package, and may change in any
// release. `tools/build.mjs` replaces it with `core.js`.
export { checkHealth } from "./handler/check-health.ts";
export { responseOf } from "./handler/response.ts";
export { internalsOf, type HealthInternals } from "./handler/internals.ts";
export { registryOf } from "./health/registry-of.ts";
export type { Platform } from "./details/details.ts";
export { checkOptions } from "./option/check-options.ts";
export { checkFunction, fail, invalidOption, propertyOf } from "./option/invalid-option.ts";
export { warn } from "./option/warn.ts";
