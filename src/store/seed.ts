import { checkOptions } from "../option/check-options.ts";
import { toEpochMs } from "../option/epoch-ms.ts";
import { invalidOption } from "../option/invalid-option.ts";
import { toStore, type Store } from "./create-store.ts";

/** The options of a seed. */
export interface SeedOptions {
  /**
   * The time at which the seed was correct, such as the time of the build: a `Date` or epoch ms. The age is measured
   * from it.
   */
  readonly asOf: Date | number;
  /** The revision of the seed, so that the first load can return `unchanged()`. */
  readonly revision?: string | undefined;
}

/**
 * Creates a store with a value that is part of the program. It never saves. Put it last in `lastKnownGood`. A seed that
 * is older than `staleAfter` starts as STALE.
 *
 * @throws TypeError if `asOf` is not a time, or `revision` is not a string
 * @example
 * lastKnownGood: [fileStore("data/rates.lkg", { codec: json() }), seed(rates, { asOf: Date.UTC(2026, 10, 1) })];
 */
export function seed<T>(value: T, options: SeedOptions): Store<T> {
  const { asOf, revision } = checkOptions("seed()", options, ["revision"], ["asOf"]);
  const at = toEpochMs("asOf", asOf);
  if (revision !== undefined && typeof revision !== "string") invalidOption("revision", revision, "a string");
  const skipped = Promise.resolve({ skipped: "a seed is never saved" });
  return toStore({
    restore: () => Promise.resolve({ value, revision, checkedAt: at, asOf: at, origin: "seed" }),
    save: () => skipped,
    stamp: () => skipped,
    remove: () => Promise.resolve(),
  });
}
