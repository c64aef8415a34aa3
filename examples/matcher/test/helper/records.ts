import { generatedHash } from "../../src/seed/generated-hash.ts";
import type { Records } from "../../src/index/records.ts";
import { wordsOf } from "../../src/signal/signal-type.ts";

/** Rows for an index, from hashes in hex. */
export function recordsOf(hashes: readonly string[]): Records {
  const perRow = hashes[0] === undefined ? 8 : hashes[0].length / 8;
  const words = new Uint32Array(hashes.length * perRow);
  hashes.forEach((hash, row) => words.set(wordsOf(hash), row * perRow));
  return {
    size: hashes.length,
    words,
    contentIds: Uint32Array.from(hashes, (_, row) => row + 1),
    bankIds: new Uint32Array(hashes.length).fill(1),
  };
}

export function generatedRecords(size: number): Records {
  return recordsOf(Array.from({ length: size }, (_, ordinal) => generatedHash(ordinal)));
}

/** A hash with these bits of it turned over. */
export function withBitsFlipped(hash: string, bits: readonly number[]): string {
  const digits = Array.from(hash, (digit) => Number.parseInt(digit, 16));
  for (const bit of bits) digits[bit >> 2] = (digits[bit >> 2] ?? 0) ^ (8 >> (bit & 3));
  return digits.map((digit) => digit.toString(16)).join("");
}
