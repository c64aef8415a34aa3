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

/**
 * Reads the fields of a message (protobuf encoding, https://protobuf.dev/programming-guides/encoding/).
 *
 * @throws RangeError if the bytes are not a valid message
 */
export function readFields(bytes: Uint8Array): readonly Field[] {
  const fields: Field[] = [];
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
    if (type === VARINT) fields.push({ number, value: varint() });
    else if (type === BYTES || length > 0) {
      if (at + length > bytes.length) throw new RangeError("the message ends in the middle of a field");
      if (type === BYTES) fields.push({ number, value: bytes.subarray(at, at + length) });
      at += length;
    } else throw new RangeError(`wire type ${type} is not known`);
  }
  return fields;
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

/** Decodes the text of a bytes field. */
export function textOf(value: Field["value"] | undefined): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : "";
}

/** Encodes a text. */
export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, "utf8");
}
