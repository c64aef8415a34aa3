export { createVirtualClock, type VirtualClock, type VirtualClockOptions } from "./clock.ts";
export { force } from "./force.ts";
export { createScriptedLoader, type ScriptedLoad, type ScriptedLoader } from "./loader.ts";
