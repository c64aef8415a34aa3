import { reject } from "./check.ts";

/** Counts a value. */
export type SizeOf<T> = (value: T) => number;

const BUFFERS = ["[object ArrayBuffer]", "[object SharedArrayBuffer]"];

/** What kind of thing a value is, also if it comes from another realm. */
const tagOf = (value: unknown): string => Object.prototype.toString.call(value);

/** Whether it is an object literal, or an object without a prototype. */
export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const above: unknown = Object.getPrototypeOf(value);
  if (typeof above !== "object" || above === null) return above === null;
  // Object.prototype of another realm is known by having nothing above it.
  return Object.getPrototypeOf(above) === null && Object.hasOwn(above, "isPrototypeOf");
}

export function isMap(value: unknown): value is ReadonlyMap<unknown, unknown> {
  return tagOf(value) === "[object Map]";
}

export function isSet(value: unknown): value is ReadonlySet<unknown> {
  return tagOf(value) === "[object Set]";
}

/** The bytes of a buffer or of a view on one; `undefined` for everything else. */
export function byteLengthOf(value: unknown): number | undefined {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  // SAFETY: the tag is that of a buffer.
  return BUFFERS.includes(tagOf(value)) ? (value as ArrayBuffer).byteLength : undefined;
}

/**
 * How many entries a value has, where that is known: arrays, Maps, Sets, strings (UTF-16 units), typed arrays, buffers
 * (bytes), plain objects (own enumerable string keys).
 */
export function knownSizeOf(value: unknown): number | undefined {
  if (typeof value === "string" || Array.isArray(value)) return value.length;
  if (isMap(value) || isSet(value)) return value.size;
  // A DataView has bytes and no length.
  if (ArrayBuffer.isView(value) && "length" in value && typeof value.length === "number") return value.length;
  return byteLengthOf(value) ?? (isPlain(value) ? Object.keys(value).length : undefined);
}

/**
 * The size of a value, by the function that was given or as it is known.
 *
 * @param who the validator that asks, for the error
 * @throws Error if the size is not known, or is no number from 0
 */
export function measure<T>(who: string, value: T, size: SizeOf<T> | undefined): number {
  const count = size ? size(value) : knownSizeOf(value);
  if (count === undefined) return reject(`${who} cannot find out the size of this value. Pass a size function.`);
  // A size that is NaN would compare with nothing, and let everything pass.
  return typeof count === "number" && count >= 0
    ? count
    : reject(
        `the size function of ${who} gave ${typeof count === "number" ? count : typeof count}, not a number from 0`,
      );
}
