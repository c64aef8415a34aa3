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

/** The value in a loader's result; `undefined` where there is none, or where it is the very one held. */
export function valueOf(result: unknown, held: unknown): unknown {
  const value = isMarked(result) ? result.value : result;
  return Object.is(value, held) ? undefined : value;
}

/**
 * What the source said beside the value, `asOf` in epoch ms.
 *
 * @throws TypeError for `undefined`, a revision that is no string, an `asOf` that is no moment
 */
export function noteOf(result: unknown): { readonly revision: string | undefined; readonly asOf: number | undefined } {
  const marked = isMarked(result) ? result : undefined;
  if (marked ? marked[OUTCOME] && marked.value === undefined : result === undefined)
    throw new TypeError("the loader returned undefined; return a value, loaded() or unchanged()");
  const revision = marked?.revision;
  if (revision !== undefined && typeof revision !== "string")
    throw new TypeError("the loader's revision is not a string");
  const asOf = marked?.asOf === undefined ? undefined : Number(marked.asOf);
  if (asOf !== undefined && !Number.isFinite(asOf))
    throw new TypeError("the loader's asOf is neither a valid Date nor epoch ms");
  return { revision, asOf };
}

function isMarked(
  result: unknown,
): result is { [OUTCOME]: boolean; value?: unknown; revision?: unknown; asOf?: unknown } {
  return typeof result === "object" && result !== null && OUTCOME in result;
}
