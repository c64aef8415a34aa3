export type { Busy, BusyRecord } from "./busy-watch.ts";
export { offThread, type OffThreadLoader, type OffThreadOptions } from "./off-thread.ts";
export type { ProbeThreadOptions } from "./probe-options.ts";
export { probeThread, type ProbeThread } from "./probe-thread.ts";
