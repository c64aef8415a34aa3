import { checkOptions } from "../option/check-options.ts";
import { checkFunction } from "../option/invalid-option.ts";
import { StoreError, type Codec } from "./store.ts";
import type { Conversion } from "./json.ts";

/**
 * Creates a codec for values that are bytes, or that a conversion turns into bytes. It is fast for large values,
 * because nothing is parsed. `read` receives bytes at offset 0 of their own buffer, so you can create any typed array
 * on it.
 *
 * The name of the codec is `bytes`. Change `schema` of the store when the meaning of the bytes changes.
 *
 * @example
 * bytes({ write: (index: Index) => index.bytes, read: (bytes) => new Index(bytes) });
 */
export function bytes(): Codec<Uint8Array>;
/** Creates a codec for values that a conversion turns into bytes. @throws TypeError for a wrong conversion */
export function bytes<T>(conversion: Conversion<T, Uint8Array>): Codec<T>;
export function bytes<T>(conversion?: Conversion<T, Uint8Array>): Codec<T> | Codec<Uint8Array> {
  if (conversion === undefined) return { name: "bytes", write: toUint8Array, read: (stored) => stored };
  const { write, read }: Conversion<T, Uint8Array> = checkOptions("bytes()", conversion, [], ["read", "write"]);
  checkFunction("bytes's write", write);
  checkFunction("bytes's read", read);
  return { name: "bytes", write: (value: T) => toUint8Array(write(value)), read };
}

/** @throws StoreError unless it is a Uint8Array, because another view would come back as a Uint8Array */
function toUint8Array(value: unknown): Uint8Array {
  if (Object.prototype.toString.call(value) === "[object Uint8Array]") {
    // SAFETY: the tag is that of a Uint8Array of any realm.
    return value as Uint8Array;
  }
  throw new StoreError("bytes() accepts only a Uint8Array. For other values, pass a conversion: { write, read }.");
}
