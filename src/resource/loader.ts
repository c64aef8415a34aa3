import type { Loaded, Unchanged } from "./outcome.ts";

/** The argument of a loader. Write `LoadContext<Index>` to give `previous` a type. */
export interface LoadContext<T = unknown> {
  /**
   * Aborts at `timeout`, `unload()` and `close()`. In request mode (`onRequest()`), it also aborts after the `lease`
   * has run out.
   */
  readonly signal: AbortSignal;
  /** The current value, if any. */
  readonly previous: T | undefined;
  /** The revision of the current value, if any. */
  readonly revision: string | undefined;
  /** The `asOf` of the current value, in epoch ms, if any. */
  readonly asOf: number | undefined;
  /**
   * The revision that `validate` rejected last. If the source still offers it, return
   * `unchanged({ revision: rejected })`. In a load of `reload()`, it is `undefined`.
   */
  readonly rejected: string | undefined;
  /** 1 for the first try, and one more for each failure in a row. */
  readonly attempt: number;
  /** The time at which `timeout` ends this load, in epoch ms. */
  readonly deadline: number;
}

/**
 * The result of a loader: the value, `loaded(value, { revision, asOf })`, `unchanged()`, or a promise of one of these.
 */
export type LoadResult<T> = T | Loaded<T> | Unchanged | PromiseLike<T | Loaded<T> | Unchanged>;

/** Loads the value of a resource. To give `previous` a type, write `(context: LoadContext<Index>) => …`. */
export type Loader<T> = (context: LoadContext) => LoadResult<T>;

/** Rejects a loader whose value may be `null`, `undefined` or a promise, because these are no data. */
export type DataOnly<T> = unknown extends T
  ? unknown
  : [Extract<T, null | undefined | void | PromiseLike<unknown>>] extends [never]
    ? unknown
    : { readonly load: "the value must not be null, undefined or a promise" };

/** Checks a new value before the resource uses it. To reject the value, it throws or returns `false`. */
export type Validate<T> = (next: T, previous: T | undefined) => boolean | void | PromiseLike<boolean | void>;
