import type { Records } from "./records.ts";

/** A row that matches, and in how many bits it differs. */
export interface Found {
  readonly row: number;
  readonly distance: number;
}

/** The index of one type of signal. */
export interface SignalIndex {
  readonly records: Records;
  /** Every row that matches, in no particular order. */
  find(signal: Uint32Array): readonly Found[];
}
