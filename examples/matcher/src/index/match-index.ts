import type { Build } from "../db/build-store.ts";
import type { Signal, SignalType } from "../signal/signal-type.ts";
import { md5Index } from "./md5-index.ts";
import { pdqIndex } from "./pdq-index.ts";
import type { IndexParts, SignalIndex } from "./signal-index.ts";

/** Something in a bank that a signal matches. */
export interface Match {
  readonly bank: string;
  readonly content_id: number;
  /** In how many bits the signals differ. */
  readonly distance: number;
}

/** What the whole index is made of. */
export interface MatchParts {
  readonly build: Build;
  /** The names of the banks by id. */
  readonly banks: ReadonlyMap<number, string>;
  readonly parts: Readonly<Record<SignalType, IndexParts>>;
  /** The whole as bytes, if its arrays are views of them. */
  readonly bytes?: Uint8Array;
}

/** The whole index: what the matcher holds in memory. Never changed once made. */
export interface MatchIndex extends MatchParts {
  /** The nearest matches, nearest first, at most 100. */
  lookup(signal: Signal): readonly Match[];
}

const MOST_MATCHES = 100;

/** How many signals an index holds, of all types. */
export function sizeOf({ build }: MatchIndex): number {
  return build.size.md5 + build.size.pdq;
}

/** Joins the indexes of the types and the names of the banks. */
export function createMatchIndex(made: MatchParts): MatchIndex {
  const { banks, parts } = made;
  const indexes: Readonly<Record<SignalType, SignalIndex>> = { md5: md5Index(parts.md5), pdq: pdqIndex(parts.pdq) };
  return {
    ...made,
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
