import { invalidOption } from "./invalid-option.ts";

/** The last time of a Date, in epoch ms (https://tc39.es/ecma262/#sec-time-values-and-time-range). */
const MOST_EPOCH_MS = 8.64e15;

/** Whether a Date can be made of it, and be written. */
export function isEpochMs(ms: number): boolean {
  return Math.abs(ms) <= MOST_EPOCH_MS;
}

/**
 * A time in epoch ms. A Date may come from another realm, so `instanceof` is not used.
 *
 * @throws TypeError unless it is a valid Date or a number that can be one. `Number()` would convert null and [] to 1970.
 */
export function toEpochMs(option: string, given: unknown): number {
  const ms = typeof given === "number" ? given : timeOf(given);
  return isEpochMs(ms) ? ms : invalidOption(option, given, "a valid Date or epoch ms");
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
