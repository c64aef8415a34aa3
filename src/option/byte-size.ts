import { invalidOption } from "./invalid-option.ts";

/**
 * A number of bytes, or a string such as `"500kB"`, `"64MiB"`, `"1.5GB"`. `kB` is 1000 bytes, `KiB` is 1024. In
 * `atMost()`, a number limits the entries.
 */
export type ByteSize = number | string;

/** The index of a letter is the power of 1000, or of 1024. */
const LETTERS = " KMGT";

/**
 * A size in whole bytes, rounded up.
 *
 * @param option the option's name, for the error
 * @param least the smallest accepted, in bytes
 * @throws TypeError that names the option, the value and what is accepted
 */
export function toBytes(option: string, given: unknown, least = 1): number {
  let bytes = given;
  if (typeof given === "string") {
    const [, count, unit = ""] = /^(\d+(?:\.\d+)?) ?([KMGT]i|[kKMGT]?)B$/.exec(given) ?? [];
    bytes =
      Number(count) * (unit.endsWith("i") ? 1_024 : 1_000) ** LETTERS.indexOf(unit.charAt(0).toUpperCase() || " ");
  }
  return typeof bytes === "number" && bytes >= least && bytes <= Number.MAX_SAFE_INTEGER
    ? Math.ceil(bytes)
    : invalidOption(option, given, `a size of at least ${least} bytes (65536, "500kB", "64MiB", "1GB")`);
}
