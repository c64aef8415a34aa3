import { invalidOption } from "./invalid-option.ts";

/**
 * A time in epoch ms. A Date may come from another realm, so `instanceof` is not used.
 *
 * @throws TypeError unless it is a valid Date or a number that can be one. `Number()` would convert null and [] to 1970.
 */
export function toEpochMs(option: string, given: unknown): number {
  const ms = typeof given === "number" ? given : timeOf(given);
  // The last time of a Date (https://tc39.es/ecma262/#sec-time-values-and-time-range).
  return Math.abs(ms) <= 8.64e15 ? ms : invalidOption(option, given, "a valid Date or epoch ms");
}

/** The time of a Date. NaN for everything else. */
export function timeOf(given: unknown): number {
  try {
    return Date.prototype.getTime.call(given);
  } catch {
    // It is not a Date.
    return NaN;
  }
}
