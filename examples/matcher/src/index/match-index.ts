import type { Build } from "../db/build-store.ts";
import type { Signal, SignalType } from "../signal/signal-type.ts";
import type { SignalIndex } from "./signal-index.ts";

/** Something in a bank that a signal matches. */
export interface Match {
  readonly bank: string;
  readonly content_id: number;
  /** In how many bits the signals differ. */
  readonly distance: number;
}

/** The whole index: what the matcher holds in memory. Never changed once made. */
export interface MatchIndex {
  readonly build: Build;
  /** The nearest matches, nearest first, at most 100. */
  lookup(signal: Signal): readonly Match[];
}

const MOST_MATCHES = 100;

/** Joins the indexes of the types and the names of the banks. */
export function createMatchIndex(
  build: Build,
  indexes: Readonly<Record<SignalType, SignalIndex>>,
  banks: ReadonlyMap<number, string>,
): MatchIndex {
  return {
    build,
    lookup({ type, words }) {
      const { records, find } = indexes[type];
      return [...find(words)]
        .sort((a, b) => a.distance - b.distance || a.row - b.row)
        .slice(0, MOST_MATCHES)
        .map(({ row, distance }) => ({
          // A bank that was deleted while its contents were being indexed has no name any more.
          bank: banks.get(records.bankIds[row] ?? 0) ?? "",
          content_id: records.contentIds[row] ?? 0,
          distance,
        }))
        .filter(({ bank }) => bank !== "");
    },
  };
}
