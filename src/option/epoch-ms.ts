import { invalidOption } from "./invalid-option.ts";

/**
 * A time in epoch ms. A Date may come from another realm, so `instanceof` is not used.
 *
 * @throws TypeError unless it is a valid Date or a finite number. `Number()` would convert null and [] to 1970.
 */
export function toEpochMs(option: string, given: unknown): number {
  const ms = typeof given === "number" ? given : timeOf(given);
  return Number.isFinite(ms) ? ms : invalidOption(option, given, "a valid Date or epoch ms");
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
