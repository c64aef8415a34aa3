import { distanceTo } from "../signal/hamming.ts";
import { MATCH_DISTANCE } from "../signal/signal-type.ts";
import { bucketRows, type Buckets } from "./bucket.ts";
import type { Records } from "./records.ts";
import type { Found, IndexParts, SignalIndex } from "./signal-index.ts";

const WORDS = 8;
const CHUNKS = 16;

/**
 * What a chunk of 16 bits may be to differ in at most one bit. Signals that differ in at most 31 bits
 * have a chunk among their 16 that does: if each differed in two, they would differ in 32.
 */
const NEAR: readonly number[] = [0, ...Array.from({ length: 16 }, (_, bit) => 1 << bit)];

/** Sorts the rows by each of their 16 chunks. Takes 64 bytes a row beside the 40 of its record, and 4 MB. */
export async function buildPdqIndex(records: Records, pause: () => Promise<void>): Promise<IndexParts> {
  const { size, words } = records;
  const tables: Buckets[] = [];
  for (let chunk = 0; chunk < CHUNKS; chunk++)
    tables.push(await bucketRows(size, (row) => chunkOf(words, row * WORDS, chunk), pause));
  return { records, tables };
}

/**
 * An index that finds signals at most 31 bits away (multi-index hashing). A look-up goes through 16 times 17 buckets,
 * and measures the distance of what stands there: one row in 240 of an even spread instead of every one.
 */
export function pdqIndex(parts: IndexParts): SignalIndex {
  const { records, tables } = parts;
  const { words } = records;
  return {
    ...parts,
    find(signal) {
      const distances = new Map<number, number>();
      tables.forEach(({ starts, rows }, chunk) => {
        const key = chunkOf(signal, 0, chunk);
        for (const difference of NEAR) {
          const near = key ^ difference;
          const end = starts[near + 1] ?? 0;
          for (let at = starts[near] ?? 0; at < end; at++) {
            const row = rows[at] ?? 0;
            const distance = distanceTo(words, row, signal, MATCH_DISTANCE.pdq);
            if (distance <= MATCH_DISTANCE.pdq) distances.set(row, distance);
          }
        }
      });
      return Array.from(distances, ([row, distance]): Found => ({ row, distance }));
    },
  };
}

/** Looks at every row: what the index is measured against. */
export function scanPdq({ size, words }: Records, signal: Uint32Array): readonly Found[] {
  const found: Found[] = [];
  for (let row = 0; row < size; row++) {
    const distance = distanceTo(words, row, signal, MATCH_DISTANCE.pdq);
    if (distance <= MATCH_DISTANCE.pdq) found.push({ row, distance });
  }
  return found;
}

function chunkOf(words: Uint32Array, start: number, chunk: number): number {
  const word = words[start + (chunk >>> 1)] ?? 0;
  return chunk % 2 === 0 ? word >>> 16 : word & 0xffff;
}
