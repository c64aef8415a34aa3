import { refuse } from "../state/refusal.ts";

/** What the source says of a load's result beside the value itself. */
export interface LoadNote {
  /** The source's own identity of the content: a version, a checkpoint, an ETag. */
  readonly revision?: string | undefined;
  /** Up to when the source vouches for the content: a `Date` or epoch ms. Not the time of its last edit. */
  readonly asOf?: Date | number | undefined;
}

// A registered symbol, so that two copies of the package in one process understand each other.
const OUTCOME: unique symbol = Symbol.for("health-state.outcome");

/** A value with what the source says of it; made by `loaded()`. */
export interface Loaded<T> extends LoadNote {
  /** Marks it for the library. */
  readonly [OUTCOME]: true;
  /** The value. */
  readonly value: T;
}

/** The source has nothing newer than what is held; made by `unchanged()`. */
export interface Unchanged extends LoadNote {
  /** Marks it for the library. */
  readonly [OUTCOME]: false;
}

/** A new value, with its revision and the moment the source vouches for. */
export function loaded<T>(value: T, note?: LoadNote): Loaded<T> {
  return { [OUTCOME]: true, value, revision: note?.revision, asOf: note?.asOf };
}

/**
 * Nothing newer than the value held: it is confirmed as of the start of this load, or of `asOf`.
 * With the revision that was `rejected`, the old value stays and so does its age.
 */
export function unchanged(note?: LoadNote): Unchanged {
  return { [OUTCOME]: false, revision: note?.revision, asOf: note?.asOf };
}

/** A loader's result, nothing of it believed yet. */
export interface Outcome {
  /** Whether it claims to hold a value. */
  readonly [OUTCOME]: boolean;
  readonly value?: unknown;
  readonly revision?: unknown;
  readonly asOf?: unknown;
}

/** A loader's result in one form. */
export function outcomeOf(result: unknown): Outcome {
  return isMarked(result) ? result : { [OUTCOME]: true, value: result };
}

/**
 * What the source said beside the value, `asOf` in epoch ms.
 *
 * @throws TypeError for `undefined`, a revision that is no string, an `asOf` that is no moment
 */
export function noteOf(outcome: Outcome): { readonly revision: string | undefined; readonly asOf: number | undefined } {
  const { value, revision, asOf } = outcome;
  if (outcome[OUTCOME] && value === undefined) refuse("the loader's result", value, "a value, loaded() or unchanged()");
  if (revision !== undefined && typeof revision !== "string") refuse("the loader's revision", revision, "a string");
  // Number() would take null for 1970.
  // SAFETY: looked for by its method, which is called only if there; a Date may come from another realm.
  const moment =
    asOf === undefined || typeof asOf === "number" ? asOf : Number((Object(asOf) as Partial<Date>).getTime?.());
  if (moment !== undefined && !Number.isFinite(moment)) refuse("the loader's asOf", asOf, "a valid Date or epoch ms");
  return { revision, asOf: moment };
}

function isMarked(result: unknown): result is Outcome {
  return typeof result === "object" && result !== null && OUTCOME in result;
}
