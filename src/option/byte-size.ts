import { invalidOption } from "./invalid-option.ts";

/** A number of bytes, or a string such as `"500kB"`, `"64MiB"`, `"1.5GB"`. `kB` is 1000 bytes, `KiB` is 1024. */
export type ByteSize = number | string;

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

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
    const [, count, unit] = /^(\d+(?:\.\d+)?) ?([KMGT]iB|[kKMGT]?B)$/.exec(given) ?? [];
    bytes = Number(count) * (UNITS[unit ?? ""] ?? NaN);
  }
  return typeof bytes === "number" && bytes >= least && bytes <= Number.MAX_SAFE_INTEGER
    ? Math.ceil(bytes)
    : invalidOption(option, given, `a size of at least ${least} bytes (65536, "500kB", "64MiB", "1GB")`);
}
