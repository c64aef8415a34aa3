import { invalidOption } from "./invalid-option.ts";

/** A span of time: a number of milliseconds, or a string such as `"500ms"`, `"30s"`, `"5m"`, `"2h"`, `"1d"`. */
export type Duration = number | string;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5 };

/**
 * A duration in whole milliseconds, rounded up.
 *
 * @param option the option's name, for the error
 * @param least the smallest accepted, in ms. @default 0
 * @throws TypeError that names the option, the value and what is accepted
 */
export function toMs(option: string, given: unknown, least = 0): number {
  return readMs(option, given, least, "");
}

/**
 * A duration as `toMs()` reads it, or `"never"`, which is `Infinity`.
 *
 * @param option the option's name, for the error
 * @param least the smallest accepted, in ms. @default 0
 * @throws TypeError that names the option, the value and what is accepted
 */
export function toMsOrNever(option: string, given: unknown, least = 0): number {
  return given === "never" ? Infinity : readMs(option, given, least, ' or "never"');
}

/** @param orElse what is accepted beside a duration, for the error */
function readMs(option: string, given: unknown, least: number, orElse: string): number {
  let ms = given;
  if (typeof given === "string") {
    const [, count, unit] = /^(\d+(?:\.\d+)?)(ms|[smhd])$/.exec(given) ?? [];
    ms = Number(count) * (UNITS[unit ?? ""] ?? NaN);
  }
  if (typeof ms === "number" && ms >= least && ms < 1e15) return Math.ceil(ms);
  if (typeof least !== "number" || Number.isNaN(least)) invalidOption("least", least, "a number of milliseconds");
  return invalidOption(option, given, `a duration of at least ${least} ms (1500, "500ms", "30s", "5m", "2h")${orElse}`);
}
