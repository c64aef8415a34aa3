export type { GroupAnswer } from "./group.ts";
export { shared, type SharedLoader } from "./shared.ts";
export type { SharedOptions } from "./shared-options.ts";
export { workers, type WorkersOptions } from "./workers.ts";
