import { toBytes, type ByteSize } from "../option/byte-size.ts";
import { checkFunction } from "../option/invalid-option.ts";
import { reject, type Check } from "./check.ts";
import { byteLengthOf, measure, type SizeOf } from "./size.ts";

/**
 * Creates a check that rejects a value that is too large.
 *
 * @param limit the largest accepted size. A string such as `"500MB"` limits the bytes, and a number limits the entries.
 * @param sizeOf returns the size of the value: its bytes if `limit` is a string, otherwise its entries. The library
 * counts the entries of arrays, Maps, Sets, strings, typed arrays, buffers and plain objects itself, and the bytes of
 * typed arrays and buffers.
 * @throws TypeError for a wrong limit or `sizeOf`
 * @example
 * health.resource("rates", { load, validate: atMost("500MB", (map) => map.size * 100) });
 */
export function atMost(limit: ByteSize): Check<unknown>;
/**
 * Creates a check that rejects a value that is too large.
 *
 * @param limit the largest accepted size. A string such as `"500MB"` limits the bytes, and a number limits the entries.
 * @param sizeOf returns the size of the value: its bytes if `limit` is a string, otherwise its entries
 */
export function atMost<T>(limit: ByteSize, sizeOf?: SizeOf<T>): Check<T>;
export function atMost<T>(limit: ByteSize, sizeOf?: SizeOf<T>): Check<T> {
  const most = toBytes("atMost's limit", limit, 0);
  if (sizeOf !== undefined) checkFunction("atMost's sizeOf", sizeOf);
  const inBytes = typeof limit === "string";
  return (next) => {
    const size = inBytes && !sizeOf ? byteLengthOf(next) : measure("atMost()", next, sizeOf);
    if (size === undefined) return reject(`atMost("${limit}") cannot find out the bytes of this value. Pass sizeOf.`);
    if (size > most)
      reject(`the new value has ${size} ${inBytes ? "bytes" : "entries"}, more than ${inBytes ? limit : most}`);
  };
}
