import { invalidOption } from "../option/invalid-option.ts";
import type { Parts } from "./layout.ts";
import { isNarrow, readText, writeText } from "./text.ts";

/** The memory for the long values. It grows. */
export interface LongValues {
  /** Reserves a number of bytes at an even position. */
  take(bytes: number): number;
  readonly bytes: Uint8Array;
}

/** Writes and reads values of one kind. `at` is the word where the value of a record begins. */
export interface Values<V> {
  /** @throws TypeError if the value is not of this kind */
  check(value: unknown): void;
  write(words: Uint32Array, at: number, value: V, long: LongValues): void;
  read(parts: Parts, at: number): V;
}

/** Memory that converts a float to two words and back. */
const FLOAT = /* @__PURE__ */ new Float64Array(1);
const FLOAT_WORDS = /* @__PURE__ */ new Uint32Array(FLOAT.buffer);

export const uint32Values: Values<number> = {
  check(value) {
    if (typeof value !== "number" || value >>> 0 !== value)
      invalidOption("value", value, "a whole number from 0 to 4294967295");
  },
  write(words, at, value) {
    words[at] = value;
  },
  read: ({ words }, at) => words[at] ?? 0,
};

export const float64Values: Values<number> = {
  check(value) {
    if (typeof value !== "number") invalidOption("value", value, "a number");
  },
  write(words, at, value) {
    FLOAT[0] = value;
    words[at] = FLOAT_WORDS[0] ?? 0;
    words[at + 1] = FLOAT_WORDS[1] ?? 0;
  },
  read({ words }, at) {
    FLOAT_WORDS[0] = words[at] ?? 0;
    FLOAT_WORDS[1] = words[at + 1] ?? 0;
    return FLOAT[0] ?? 0;
  },
};

/** The position of a long value in units of two bytes, so that one word can address 8 GiB. */
const UNIT = 2;

export const textValues: Values<string> = {
  check(value) {
    if (typeof value !== "string" || value.length >= 2 ** 31) invalidOption("value", value, "a text");
  },
  write(words, at, value, long) {
    const narrow = isNarrow(value);
    const from = long.take(narrow ? value.length : value.length * 2);
    writeText(long.bytes, from, value, narrow);
    words[at] = from / UNIT;
    words[at + 1] = value.length * 2 + (narrow ? 0 : 1);
  },
  read({ words, longValues }, at) {
    const form = words[at + 1] ?? 0;
    return readText(longValues, (words[at] ?? 0) * UNIT, form >>> 1, (form & 1) === 0);
  },
};

export const byteValues: Values<Uint8Array> = {
  check(value) {
    if (Object.prototype.toString.call(value) !== "[object Uint8Array]") invalidOption("value", value, "a Uint8Array");
  },
  write(words, at, value, long) {
    const from = long.take(value.length);
    long.bytes.set(value, from);
    words[at] = from / UNIT;
    words[at + 1] = value.length;
  },
  read({ words, longValues }, at) {
    const from = (words[at] ?? 0) * UNIT;
    return longValues.subarray(from, from + (words[at + 1] ?? 0));
  },
};

/** The values of a set. A set has no values, so all methods do nothing. */
export const noValues: Values<undefined> = {
  check: () => {},
  write: () => {},
  read: () => undefined,
};
