import { Buffer } from "node:buffer";

/** One field of a protobuf message: a number, or bytes. */
interface Field {
  readonly number: number;
  readonly value: number | Uint8Array;
}

/** The two wire types that the messages of the health protocol use. */
const VARINT = 0;
const BYTES = 2;

/** The length in bytes of the other wire types. It is needed to skip the fields of later versions. */
const FIXED: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

/** Receives the value of a number, or the length of bytes. `start` is where the bytes begin; -1 for a number. */
type Visit = (number: number, value: number, start: number) => void;

/**
 * Calls back with each field of a message (protobuf encoding,
 * https://protobuf.dev/programming-guides/encoding/). It allocates nothing, because a message of 4 MB may have two
 * million fields.
 *
 * @throws RangeError if the bytes are not a valid message
 */
function visitFields(bytes: Uint8Array, visit: Visit): void {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    // Ten bytes hold 64 bits. A longer number is not valid.
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError("the message ends in the middle of a number");
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    const type = tag % 8;
    const length = type === BYTES ? varint() : (FIXED[type] ?? 0);
    if (type === VARINT) visit(number, varint(), -1);
    else if (type === BYTES || length > 0) {
      if (at + length > bytes.length) throw new RangeError("the message ends in the middle of a field");
      if (type === BYTES) visit(number, length, at);
      at += length;
    } else throw new RangeError(`wire type ${type} is not known`);
  }
}

/**
 * Reads the fields of a message.
 *
 * @throws RangeError if the bytes are not a valid message
 */
export function readFields(bytes: Uint8Array): readonly Field[] {
  const fields: Field[] = [];
  visitFields(bytes, (number, value, start) => {
    fields.push({ number, value: valueOf(bytes, value, start) });
  });
  return fields;
}

/**
 * Reads one field of a message. The last value counts, as for every field of protobuf that is not repeated.
 *
 * @throws RangeError if the bytes are not a valid message
 */
export function readField(bytes: Uint8Array, wanted: number): Field["value"] | undefined {
  let last: number | undefined;
  let begin = 0;
  visitFields(bytes, (number, value, start) => {
    if (number !== wanted) return;
    last = value;
    begin = start;
  });
  return last === undefined ? undefined : valueOf(bytes, last, begin);
}

function valueOf(bytes: Uint8Array, value: number, start: number): Field["value"] {
  return start < 0 ? value : bytes.subarray(start, start + value);
}

/** Writes the fields of a message. Like proto3, it omits the number 0 and the empty string. */
export function writeFields(fields: readonly Field[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const { number, value } of fields) {
    if (typeof value === "number") {
      if (value !== 0) parts.push(varintOf(number * 8 + VARINT), varintOf(value));
    } else parts.push(varintOf(number * 8 + BYTES), varintOf(value.length), value);
  }
  return Buffer.concat(parts);
}

function varintOf(given: number): Uint8Array {
  const bytes: number[] = [];
  let value = given;
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) + 0x80);
  bytes.push(value);
  return Uint8Array.from(bytes);
}

/**
 * Decodes the text of a bytes field.
 *
 * @param mostBytes how much of it is read
 */
export function textOf(value: Field["value"] | undefined, mostBytes: number = Infinity): string {
  return value instanceof Uint8Array ? Buffer.from(value.subarray(0, mostBytes)).toString("utf8") : "";
}

/** Encodes a text. */
export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, "utf8");
}
