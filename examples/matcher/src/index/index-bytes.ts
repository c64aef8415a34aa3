import { bytes } from "health-state/file";
import type { Build } from "../db/build-store.ts";
import { SIGNAL_TYPES, type SignalType } from "../signal/signal-type.ts";
import type { Buckets } from "./bucket.ts";
import { createMatchIndex, type MatchIndex } from "./match-index.ts";
import type { IndexParts } from "./signal-index.ts";

/** How many tables the index of each type has. */
const TABLES: Readonly<Record<SignalType, number>> = { md5: 1, pdq: 16 };

/** What stands before the arrays, as JSON. */
interface Head {
  readonly build: Build;
  readonly banks: readonly (readonly [id: number, name: string])[];
  /** How many words each of the arrays has. */
  readonly lengths: readonly number[];
}

/**
 * The index as bytes, as the store of the last known good value takes it, and as it comes from a thread. All that is large is copied as it is, so a
 * million hashes are read in the time that the disk takes. The byte order is the machine's own: the file stays on it.
 */
export const indexCodec: ReturnType<typeof bytes<MatchIndex>> = bytes<MatchIndex>({
  write: toIndexBytes,
  read: fromIndexBytes,
});

/**
 * The length of the head, the head, and the arrays one after the other. An index that came as bytes is not copied: they
 * are written as they came.
 */
export function toIndexBytes({ build, banks, parts, bytes }: MatchIndex): Uint8Array {
  if (bytes) return bytes;
  const arrays = SIGNAL_TYPES.flatMap((type) => arraysOf(parts[type]));
  const head: Head = { build, banks: [...banks], lengths: arrays.map(({ length }) => length) };
  const text = new TextEncoder().encode(JSON.stringify(head));
  const headWords = Math.ceil(text.length / 4);
  const words = new Uint32Array(1 + headWords + arrays.reduce((sum, { length }) => sum + length, 0));
  words[0] = text.length;
  new Uint8Array(words.buffer).set(text, 4);
  let at = 1 + headWords;
  for (const array of arrays) {
    words.set(array, at);
    at += array.length;
  }
  return new Uint8Array(words.buffer);
}

/** The arrays are views of the bytes: nothing is copied. @throws Error for what was not written by this program */
function fromIndexBytes(stored: Uint8Array): MatchIndex {
  const words = new Uint32Array(stored.buffer, stored.byteOffset, stored.byteLength >>> 2);
  const headLength = words[0] ?? 0;
  const head = headOf(JSON.parse(new TextDecoder().decode(stored.subarray(4, 4 + headLength))));
  let at = 1 + Math.ceil(headLength / 4);
  const arrays = head.lengths.map((length) => words.subarray(at, (at += length)));
  if (at !== words.length) throw new Error("the stored index is not as long as its head says");
  const take = (): Uint32Array => arrays.shift() ?? new Uint32Array(0);
  const partsOf = (type: SignalType): IndexParts => ({
    records: { size: head.build.size[type], words: take(), contentIds: take(), bankIds: take() },
    tables: Array.from({ length: TABLES[type] }, (): Buckets => ({ starts: take(), rows: take() })),
  });
  // In the order of SIGNAL_TYPES, because each takes its arrays from the front.
  const md5 = partsOf("md5");
  const parts = { md5, pdq: partsOf("pdq") };
  return createMatchIndex({ build: head.build, banks: new Map(head.banks), parts, bytes: stored });
}

function arraysOf({ records, tables }: IndexParts): readonly Uint32Array[] {
  const { words, contentIds, bankIds } = records;
  return [words, contentIds, bankIds, ...tables.flatMap(({ starts, rows }) => [starts, rows])];
}

function headOf(value: unknown): Head {
  if (typeof value !== "object" || value === null || !("lengths" in value) || !("build" in value))
    throw new Error("the stored index has no head");
  // SAFETY: the store checks by SHA-256 that these are the bytes that this program wrote, in this version of the form.
  return value as Head;
}
