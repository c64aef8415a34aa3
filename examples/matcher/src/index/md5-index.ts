import { distanceTo } from "../signal/hamming.ts";
import { bucketRows } from "./bucket.ts";
import type { Records } from "./records.ts";
import type { Found, IndexParts, SignalIndex } from "./signal-index.ts";

const WORDS = 4;

/** Sorts the rows by their first 16 bits. */
export async function buildMd5Index(records: Records, pause: () => Promise<void>): Promise<IndexParts> {
  const { size, words } = records;
  return { records, tables: [await bucketRows(size, (row) => (words[row * WORDS] ?? 0) >>> 16, pause)] };
}

/** An index that finds equal signals: those of the same first 16 bits are compared. */
export function md5Index(parts: IndexParts): SignalIndex {
  const { records, tables } = parts;
  return {
    ...parts,
    find(signal) {
      const found: Found[] = [];
      const key = (signal[0] ?? 0) >>> 16;
      for (const { starts, rows } of tables) {
        const end = starts[key + 1] ?? 0;
        for (let at = starts[key] ?? 0; at < end; at++) {
          const row = rows[at] ?? 0;
          if (distanceTo(records.words, row, signal, 0) === 0) found.push({ row, distance: 0 });
        }
      }
      return found;
    },
  };
}
