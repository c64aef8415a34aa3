import { checkOptions } from "../option/check-options.ts";
import { checkFunction, invalidOption } from "../option/invalid-option.ts";
import { reject, type Check } from "./check.ts";
import { measure, type SizeOf } from "./size.ts";

/** A share of the previous size: `"30%"` or 0.3. */
export type Share = string | number;

/** How much a value may change. At least one limit is needed. */
export interface SizeChangeOptions<T> {
  /**
   * The largest accepted decrease, up to `"100%"`. With `"30%"`, 100 entries may become 70.
   * @default no limit
   */
  readonly fewer?: Share;
  /**
   * The largest accepted increase. With `"200%"`, 100 entries may become 300.
   * @default no limit
   */
  readonly more?: Share;
  /**
   * Returns the number of entries of a value that is not an array, Map, Set, string, typed array, buffer or plain
   * object.
   */
  readonly size?: SizeOf<T> | undefined;
}

/**
 * Creates a check that rejects a value whose size differs too much from the current value. After a restart with a
 * store, the current value is the restored one. The first value is accepted, and so is a value after an empty one.
 *
 * @throws TypeError for a wrong option, or without `fewer` and `more`
 * @example
 * health.resource("rates", { load, validate: sizeChange({ fewer: "30%", more: "200%" }) });
 */
export function sizeChange(options: SizeChangeOptions<unknown> & { readonly size?: undefined }): Check<unknown>;
/**
 * Creates a check that rejects a value whose size differs too much from the current value. The option `size` returns
 * the number of entries.
 */
export function sizeChange<T>(options: SizeChangeOptions<T>): Check<T>;
export function sizeChange<T>(options: SizeChangeOptions<T>): Check<T> {
  const { fewer, more, size } = checkOptions("sizeChange()", options, ["size"], ["fewer", "more"]);
  if (fewer === undefined && more === undefined)
    invalidOption("the options of sizeChange()", options, "fewer, more, or both");
  if (size !== undefined) checkFunction("size", size);
  const least = fewer === undefined ? 0 : 1 - shareOf("fewer", fewer, 1);
  const most = more === undefined ? Infinity : 1 + shareOf("more", more, Infinity);
  return (next, previous) => {
    if (previous === undefined) return;
    const before = measure("sizeChange()", previous, size);
    if (before === 0) return;
    const after = measure("sizeChange()", next, size);
    // A product such as 0.7 * 10 is not exact. A value exactly at the limit must pass in spite of the rounding.
    const slack = before * 1e-9;
    if (after < before * least - slack)
      reject(`the new value has ${after} entries and the current value has ${before}: more than ${text(fewer)} fewer`);
    if (after > before * most + slack)
      reject(`the new value has ${after} entries and the current value has ${before}: more than ${text(more)} more`);
  };
}

function text(share: Share | undefined): string {
  return typeof share === "number" ? `${Number((share * 100).toFixed(6))}%` : `${share}`;
}

/** @throws TypeError unless it is a share from 0 to `most` */
function shareOf(option: string, given: Share, most: number): number {
  const [, percent] = (typeof given === "string" && /^(\d+(?:\.\d+)?) ?%$/.exec(given)) || [];
  const share = typeof given === "string" ? Number(percent) / 100 : given;
  return typeof share === "number" && share >= 0 && share <= most && share !== Infinity
    ? share
    : invalidOption(option, given, `a share${most === 1 ? ' from 0 to "100%"' : ""} such as "30%" or 0.3`);
}
