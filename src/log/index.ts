export { logTo, type LogEntry, type LoggerLike } from "./log-to.ts";
