export { logTo } from "./log-to.ts";
export type { LogEntry, LoggerLike } from "./log-entry.ts";
