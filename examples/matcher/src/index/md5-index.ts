import { distanceTo } from "../signal/hamming.ts";
import { bucketRows } from "./bucket.ts";
import type { Records } from "./records.ts";
import type { Found, SignalIndex } from "./signal-index.ts";

/** An index that finds equal signals: rows by their first 16 bits, then compared. */
export async function buildMd5Index(records: Records, pause: () => Promise<void>): Promise<SignalIndex> {
  const { size, words } = records;
  const wordsPerRow = 4;
  const { starts, rows } = await bucketRows(size, (row) => (words[row * wordsPerRow] ?? 0) >>> 16, pause);
  return {
    records,
    find(signal) {
      const found: Found[] = [];
      const key = (signal[0] ?? 0) >>> 16;
      const end = starts[key + 1] ?? 0;
      for (let at = starts[key] ?? 0; at < end; at++) {
        const row = rows[at] ?? 0;
        if (distanceTo(words, row, signal, 0) === 0) found.push({ row, distance: 0 });
      }
      return found;
    },
  };
}
