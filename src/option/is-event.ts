import { propertyOf } from "./invalid-option.ts";

/**
 * Whether it is the argument of a listener: the name of a signal, or an event. A method can be passed as a listener
 * (`process.on("SIGHUP", index.reload)`). Such an argument must not be used as options.
 */
export function isEvent(given: unknown): boolean {
  return (typeof given === "string" && given.startsWith("SIG")) || typeof propertyOf(given, "type") === "string";
}
