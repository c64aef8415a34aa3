import { refuse } from "./refusal.ts";

/** A span of time: a number of milliseconds, or a string such as `"500ms"`, `"30s"`, `"5m"`, `"2h"`, `"1d"`. */
export type Duration = number | string;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5 };

/**
 * A duration in whole milliseconds, rounded up.
 *
 * @param option the option's name, for the error
 * @param least the smallest accepted, in ms
 * @param orNever whether `"never"` is accepted, as `Infinity`
 * @throws TypeError that names the option, the value and what is accepted
 */
export function toMs(option: string, given: unknown, least: number, orNever = false): number {
  if (orNever && given === "never") return Infinity;
  let ms = given;
  if (typeof given === "string") {
    const [, count, unit] = /^(\d+(?:\.\d+)?)(ms|[smhd])$/.exec(given) ?? [];
    ms = Number(count) * (UNITS[unit ?? ""] ?? NaN);
  }
  return typeof ms === "number" && ms >= least && ms < 1e15
    ? Math.ceil(ms)
    : refuse(
        option,
        given,
        `a duration of at least ${least} ms (1500, "500ms", "30s", "5m", "2h")${orNever ? ' or "never"' : ""}`,
      );
}
