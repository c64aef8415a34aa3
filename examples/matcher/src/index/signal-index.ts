import type { Buckets } from "./bucket.ts";
import type { Records } from "./records.ts";

/** A row that matches, and in how many bits it differs. */
export interface Found {
  readonly row: number;
  readonly distance: number;
}

/** What the index of one type is made of: flat arrays, so that it can be written as it is. */
export interface IndexParts {
  readonly records: Records;
  /** The rows, sorted by one chunk of the signal in each table. */
  readonly tables: readonly Buckets[];
}

/** The index of one type of signal. */
export interface SignalIndex extends IndexParts {
  /** Every row that matches, in no particular order. */
  find(signal: Uint32Array): readonly Found[];
}
