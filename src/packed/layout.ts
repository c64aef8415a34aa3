import { fail, invalidOption } from "../option/invalid-option.ts";

/**
 * The layout of a buffer: a header, the slots, the records, and the long values.
 *
 * - A slot has two words: the hash of a key, and the position of its record plus one. 0 means an empty slot.
 * - A record has a word for the form of its key, then the words of its value, then the key.
 * - A long value is a string or a byte array. Its record holds the position and the form of the value.
 *
 * The form of a string is twice its length, plus one if each character takes two bytes. The form of a byte array is its
 * length. Everything consists of 32-bit words, so a position is a number of words. Numbers use the byte order of the
 * processor.
 */
export interface Layout {
  /** The length of a key in bytes. 0 means strings. */
  readonly keyBytes: number;
  readonly values: ValueKind;
  readonly count: number;
  /** The number of slots, which is a power of two. */
  readonly capacity: number;
  readonly recordWords: number;
  /** The size of the long values in bytes. */
  readonly longBytes: number;
}

/** The kind of the values. A set has no values. */
export type ValueKind = "none" | "uint32" | "float64" | "string" | "bytes";

/** The kinds. The index of a kind is its number in the header. */
const KINDS: readonly ValueKind[] = ["none", "uint32", "float64", "string", "bytes"];

/** The number of words that a value of each kind takes in a record. */
export const VALUE_WORDS: Readonly<Record<ValueKind, number>> = { none: 0, uint32: 1, float64: 2, string: 2, bytes: 2 };

/** The bytes "HSPK" as a word. On a processor with another byte order, the word differs. */
const MAGIC = 0x4b505348;
const FORMAT = 1;

/** The words of the header. */
export const HEADER_WORDS = 16;

/** The parts of a buffer. */
export interface Parts {
  readonly layout: Layout;
  readonly slots: Uint32Array;
  readonly words: Uint32Array;
  /** The same memory as the records, as bytes. */
  readonly bytes: Uint8Array;
  readonly longValues: Uint8Array;
}

/** Creates the buffer for a layout and writes its header. */
export function createParts(layout: Layout): Parts & { readonly whole: Uint8Array } {
  const slotsAt = HEADER_WORDS * 4;
  const size = slotsAt + layout.capacity * 8 + layout.recordWords * 4 + layout.longBytes;
  const whole = new Uint8Array(size);
  const header = new Uint32Array(whole.buffer, 0, HEADER_WORDS);
  const { keyBytes, values, count, capacity, recordWords, longBytes } = layout;
  // Two words each, because these numbers may need more than 32 bits.
  const [recordsLow, recordsHigh] = split(recordWords);
  const [longLow, longHigh] = split(longBytes);
  const fields = [MAGIC, FORMAT, keyBytes, KINDS.indexOf(values), count, capacity];
  header.set([...fields, recordsLow, recordsHigh, longLow, longHigh]);
  return { ...cut(whole, layout), whole };
}

/**
 * Returns the parts of a packed buffer.
 *
 * @throws TypeError if the bytes were not packed by this library, have another shape, or are incomplete
 */
export function openParts(given: Uint8Array, keyBytes: number, values: ValueKind): Parts {
  if (Object.prototype.toString.call(given) !== "[object Uint8Array]")
    invalidOption("bytes", given, "the Uint8Array that pack() returned");
  // A view may begin at an offset that is not a multiple of four. Such bytes cannot be read as words.
  const bytes = given.byteOffset % 4 === 0 ? given : given.slice();
  const header = bytes.byteLength < HEADER_WORDS * 4 ? undefined : new Uint32Array(bytes.buffer, bytes.byteOffset, 16);
  if (!header) return broken(`bytes has ${bytes.byteLength} bytes, which is less than the header that pack() writes.`);
  if (header[0] !== MAGIC || header[1] !== FORMAT)
    return broken(
      `bytes does not begin as ${header[0] === MAGIC ? "this version of " : ""}pack() writes it. Either it is ` +
        "something else, or it is damaged, or another version or a processor with another byte order packed it.",
    );
  const [, , hasKeyBytes = 0, kind = 0, count = 0, capacity = 0] = header;
  const layout: Layout = {
    keyBytes: hasKeyBytes,
    values: KINDS[kind] ?? "none",
    count,
    capacity,
    recordWords: join(header[6], header[7]),
    longBytes: join(header[8], header[9]),
  };
  if (hasKeyBytes !== keyBytes || layout.values !== values)
    fail(
      "HS_INVALID_OPTION",
      `bytes is packed with keys of ${nameOf(hasKeyBytes)} and values of ${layout.values}. ` +
        `Pass bytes with keys of ${nameOf(keyBytes)} and values of ${values}.`,
    );
  const size = HEADER_WORDS * 4 + capacity * 8 + layout.recordWords * 4 + layout.longBytes;
  if (size !== bytes.byteLength)
    return broken(`bytes has ${bytes.byteLength} bytes, and its header says ${size}. It is cut off or damaged.`);
  if ((capacity & (capacity - 1)) !== 0 || capacity <= count) return broken("the header of bytes is damaged.");
  return cut(bytes, layout);
}

/** @throws TypeError with what is wrong with the content of the bytes */
function broken(what: string): never {
  return fail("HS_INVALID_OPTION", `${what} Pass all of the bytes that pack() returned, unchanged.`);
}

function nameOf(keyBytes: number): string {
  return keyBytes === 0 ? "string" : `${keyBytes} bytes`;
}

function cut(bytes: Uint8Array, layout: Layout): Parts {
  const { buffer, byteOffset } = bytes;
  const slotsAt = byteOffset + HEADER_WORDS * 4;
  const recordsAt = slotsAt + layout.capacity * 8;
  const longAt = recordsAt + layout.recordWords * 4;
  return {
    layout,
    slots: new Uint32Array(buffer, slotsAt, layout.capacity * 2),
    words: new Uint32Array(buffer, recordsAt, layout.recordWords),
    bytes: new Uint8Array(buffer, recordsAt, layout.recordWords * 4),
    longValues: new Uint8Array(buffer, longAt, layout.longBytes),
  };
}

function split(size: number): readonly [low: number, high: number] {
  return [size >>> 0, Math.floor(size / 2 ** 32)];
}

function join(low: number = 0, high: number = 0): number {
  return low + high * 2 ** 32;
}
