/** How a restore ended. */
export type RestoreOutcome = "restored" | "nothing" | "ignored" | "failed" | "superseded";

/** How the restore of `lastKnownGood` ended. */
export interface RestoreRecord {
  /** When, in epoch ms. */
  readonly at: number;
  /**
   * - `restored`: the stored value is in use.
   * - `nothing`: the store is empty.
   * - `ignored`: the stored value must not be used. `reason` says why.
   * - `failed`: the store could not be read.
   * - `superseded`: a load ended first, or the value was unloaded meanwhile.
   */
  readonly outcome: RestoreOutcome;
  /** The reason, as a sentence that is safe to print. */
  readonly reason?: string | undefined;
}

/** What parts add to a snapshot. */
export interface PartNotes {
  /** Whether the channel of `hints()` is open. `undefined` without a channel, and before it first opened or failed. */
  readonly hints: "connected" | "lost" | undefined;
  /** How the restore of `lastKnownGood` ended. `undefined` before that. */
  readonly lastRestore: RestoreRecord | undefined;
  /** Its place in the queue of its gate or of the fleet, from 1. `undefined` while it waits for no turn. */
  readonly place: number | undefined;
}

/** The notes of a resource without parts. */
export const NO_NOTES: PartNotes = /* @__PURE__ */ Object.freeze({
  hints: undefined,
  lastRestore: undefined,
  place: undefined,
});
