import type { Facts, LoadError, Origin } from "../state/facts.ts";
import type { PartNotes, RestoreRecord } from "./part-notes.ts";
import { ageOf, stateOf } from "../state/freshness.ts";
import type { State } from "../state/state.ts";

/** A frozen record of a resource at one moment. Times are in epoch ms. Only `nextAttemptAt` may be in the future. */
export interface Snapshot<T = unknown> extends ResourceRecord {
  /** The current value. It is not enumerable, so that a logged snapshot never prints the data. */
  readonly value: T | undefined;
}

/** The record of a resource without its value. */
export interface ResourceRecord {
  /** The resource's name. */
  readonly name: string;
  /** The state at that moment. */
  readonly state: State;
  /** Whether readiness depends on it. */
  readonly required: boolean;
  /** The revision of the value, if the source has one. */
  readonly revision: string | undefined;
  /** Where the value came from. `undefined` without a value. */
  readonly origin: Origin | undefined;
  /** How many values this process has accepted. 0 before the first. */
  readonly generation: number;
  /** When the last successful load started. */
  readonly checkedAt: number | undefined;
  /** When the value was accepted. */
  readonly changedAt: number | undefined;
  /** The time at which the data was known to be correct, if the loader returned it. */
  readonly asOf: number | undefined;
  /** The time since `asOf`, or since `checkedAt` without one, in ms. */
  readonly age: number | undefined;
  /** Whether a load is running while there is a value. */
  readonly refreshing: boolean;
  /** The number of the running or next attempt: 1, and one more for each failure in a row. */
  readonly attempt: number;
  /** When the next load is planned, in epoch ms. `undefined` during a load, or if none is planned. */
  readonly nextAttemptAt: number | undefined;
  /** Why the last load did not succeed. The next success clears it. */
  readonly lastError: LoadError | undefined;
  /**
   * The revision that `validate` rejected last. A load that accepts or confirms a value clears it. `unload()` clears it
   * too.
   */
  readonly rejected: string | undefined;
  /** A newer revision of the source, which `rollout()` of `health-state/fleet` does not load yet. */
  readonly behind: string | undefined;
  /** How many loads were given up, at `timeout` or `unload()`, and have not ended yet. */
  readonly abandoned: number;
  /** Whether the channel of `hints()` is open. `undefined` without a channel, and before it first opened or failed. */
  readonly hints: "connected" | "lost" | undefined;
  /** How the restore of `lastKnownGood` ended. `undefined` before that. */
  readonly lastRestore: RestoreRecord | undefined;
  /** Its place in the queue of its gate or of the fleet, from 1. `undefined` while it waits for no turn. */
  readonly place: number | undefined;
}

/** The data of a record. */
export interface RecordSource<T> {
  readonly name: string;
  readonly required: boolean;
  readonly limits: { readonly staleAfter: number };
  readonly facts: Facts<T>;
  readonly slot: { readonly nextAttemptAt: number; readonly abandoned: number };
  readonly notes: PartNotes;
  /** Converts a time of the health's clock to epoch ms. */
  readonly host: { toWall(at: number): number };
}

/** Creates the record of a resource at a time, without its value. */
export function recordOf<T>(source: RecordSource<T>, now: number): ResourceRecord {
  const toWall = (at: number): number => source.host.toWall(at);
  const { facts, notes } = source;
  const { nextAttemptAt, abandoned } = source.slot;
  const { lastRestore } = notes;
  const { held, lastError } = facts;
  return {
    name: source.name,
    state: stateOf(facts, now, source.limits.staleAfter),
    required: source.required,
    revision: held?.revision,
    origin: held?.origin,
    generation: facts.generation,
    checkedAt: held && toWall(held.checkedAt),
    changedAt: held && toWall(held.changedAt),
    asOf: held?.asOf === undefined ? undefined : toWall(held.asOf),
    age: held && ageOf(held, now),
    refreshing: held !== undefined && facts.run !== undefined,
    attempt: facts.failures + 1,
    nextAttemptAt: nextAttemptAt === Infinity ? undefined : toWall(nextAttemptAt),
    lastError: lastError && Object.freeze({ ...lastError, at: toWall(lastError.at) }),
    rejected: facts.rejected?.revision,
    behind: facts.behind,
    abandoned,
    hints: notes.hints,
    lastRestore: lastRestore && Object.freeze({ ...lastRestore, at: toWall(lastRestore.at) }),
    place: notes.place,
  };
}

/** Creates the record of a resource at a time, with its value. */
export function snapshotOf<T>(source: RecordSource<T>, now: number): Snapshot<T> {
  const record = recordOf(source, now);
  Object.defineProperty(record, "value", { value: source.facts.held?.value });
  // SAFETY: the line above adds the one field that a snapshot has beside a record.
  return Object.freeze(record) as Snapshot<T>;
}
