import { reject } from "./check.ts";

/** Counts a value. */
export type SizeOf<T> = (value: T) => number;

const BUFFERS = ["[object ArrayBuffer]", "[object SharedArrayBuffer]"];

/** Returns the kind of a value, such as `[object Map]`. Unlike `instanceof`, it also works for another realm. */
const tagOf = (value: unknown): string => Object.prototype.toString.call(value);

/** Whether it is an object literal, or an object without a prototype. */
export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const above: unknown = Object.getPrototypeOf(value);
  if (typeof above !== "object" || above === null) return above === null;
  // Another realm has another Object.prototype. It too has no prototype of its own.
  return Object.getPrototypeOf(above) === null && Object.hasOwn(above, "isPrototypeOf");
}

export function isMap(value: unknown): value is ReadonlyMap<unknown, unknown> {
  return tagOf(value) === "[object Map]";
}

export function isSet(value: unknown): value is ReadonlySet<unknown> {
  return tagOf(value) === "[object Set]";
}

/** Whether it is an array or a typed array. A `DataView` has bytes and no elements. */
export function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value && typeof value.length === "number");
}

/** Returns the number of bytes of a buffer, or of a view on a buffer. Returns `undefined` for any other value. */
export function byteLengthOf(value: unknown): number | undefined {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  // SAFETY: only a buffer has this tag.
  return BUFFERS.includes(tagOf(value)) ? (value as ArrayBuffer).byteLength : undefined;
}

/**
 * Returns the number of entries of an array, a Map, a Set, a string (UTF-16 units), a typed array, a buffer (bytes) or
 * a plain object (own enumerable string keys). Returns `undefined` for any other value.
 */
export function knownSizeOf(value: unknown): number | undefined {
  if (typeof value === "string" || isList(value)) return value.length;
  if (isMap(value) || isSet(value)) return value.size;
  return byteLengthOf(value) ?? (isPlain(value) ? Object.keys(value).length : undefined);
}

/**
 * Returns the size of a value: the result of the given function, or else the known number of entries.
 *
 * @param who the name of the validator, for the error
 * @throws Error if the size is not known, or is not a number of at least 0
 */
export function measure<T>(who: string, value: T, size: SizeOf<T> | undefined): number {
  const count = size ? size(value) : knownSizeOf(value);
  if (count === undefined) return reject(`${who} cannot find out the size of this value. Pass a size function.`);
  // Every comparison with NaN is false, so a size of NaN would accept every value.
  return typeof count === "number" && count >= 0
    ? count
    : reject(
        `the size function of ${who} gave ${typeof count === "number" ? count : typeof count}, not a number from 0`,
      );
}
