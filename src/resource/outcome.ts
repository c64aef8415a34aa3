import { callSafely } from "../option/call-safely.ts";
import { checkOptions } from "../option/check-options.ts";
import { invalidOption, propertyOf } from "../option/invalid-option.ts";
import { isError, loadError, throwAsIs } from "./error.ts";

/** What a loader may return in addition to the value. */
export interface LoadNote {
  /**
   * The name that the source gives to a version of its data, such as a version number or an ETag. A number or a bigint
   * is converted to a string. `null` and `undefined` mean that there is none.
   */
  readonly revision?: string | number | bigint | null | undefined;
  /** The time at which the data was known to be correct: a `Date` or epoch ms. It is not the time of the last edit. */
  readonly asOf?: Date | number | undefined;
}

/** The second argument of `loaded()`. */
export interface LoadedNote extends LoadNote {
  /**
   * Whether a store may save the value for the next start.
   * @default true
   */
  readonly keep?: boolean | undefined;
}

/** The argument of `unchanged()`. */
export interface UnchangedNote extends LoadNote {
  /** A newer revision of the source, which `rollout()` of `health-state/fleet` does not load yet. */
  readonly behind?: string | undefined;
}

// A registered symbol, because two copies of the package in one process must work together.
const OUTCOME: unique symbol = /* @__PURE__ */ Symbol.for("health-state.outcome");

/** The result of `loaded()`: a value with its revision and `asOf`. */
export interface Loaded<T> extends LoadedNote {
  /** Marks it for the library. */
  readonly [OUTCOME]: true;
  /** The value. */
  readonly value: T;
}

/** The result of `unchanged()`: the source has nothing newer. */
export interface Unchanged extends UnchangedNote {
  /** Marks it for the library. */
  readonly [OUTCOME]: false;
}

/** How every realm prints its own promises. */
const PROMISE = "[object Promise]";

/**
 * The result of a loader that has a new value. `note` adds the revision of the value, and `asOf`: the time at which the
 * data was known to be correct. Without `asOf`, the age of the value is measured from the start of the load.
 *
 * @param value the value, or a promise of it
 * @param note `revision`, `asOf` (a `Date` or epoch ms) and `keep` (whether a store may save the value). All optional
 * @throws TypeError with code HS_INVALID_OPTION or HS_UNKNOWN_OPTION for a wrong note
 * @example
 * load: async () => loaded(await parse(file), { revision: file.etag, asOf: file.checkedAt });
 */
export function loaded<T>(value: T, note: LoadedNote = {}): Loaded<Awaited<T>> {
  const { revision, asOf, keep } = checkOptions("loaded()", note, ["revision", "asOf", "keep"], []);
  if (keep !== undefined && typeof keep !== "boolean") invalidOption("keep", keep, "true or false");
  // A promise may reject before the loader returns it. That must not end the process. Other thenables are not touched,
  // because some begin their work when `then` is called.
  callSafely(() => PROMISE === Object.prototype.toString.call(value) && value);
  // SAFETY: the library awaits the value before the resource uses it.
  return toLoaded(value as Awaited<T>, { revision, asOf, keep });
}

/** The same for the library's own loaders: their notes need no check, and their value is no promise. */
export function toLoaded<T>(value: T, note: LoadedNote): Loaded<T> {
  return { [OUTCOME]: true, value, ...note };
}

/**
 * The result of a loader whose source has no newer value. It confirms the current value. The age of that value is then
 * measured from the start of this load, or from `asOf`. If the resource has no value, the load fails.
 *
 * If `revision` is the revision that `validate` rejected last, the resource keeps its value, but nothing confirms the
 * value. So the age of the value keeps growing.
 *
 * @param note `revision`, `asOf` (a `Date` or epoch ms) and `behind` (a newer revision that `rollout()` does not load
 * yet). All optional
 * @throws TypeError with code HS_INVALID_OPTION or HS_UNKNOWN_OPTION for a wrong note
 * @example
 * load: async ({ revision }: LoadContext) => ((await head()).etag === revision ? unchanged() : download());
 */
export function unchanged(note: UnchangedNote = {}): Unchanged {
  const { revision, asOf, behind } = checkOptions("unchanged()", note, ["revision", "asOf", "behind"], []);
  if (behind !== undefined && typeof behind !== "string") invalidOption("behind", behind, "a revision, as a string");
  return toUnchanged({ revision, asOf, behind });
}

/** The same for the library's own loaders: their notes need no check. */
export function toUnchanged(note: UnchangedNote): Unchanged {
  return { [OUTCOME]: false, ...note };
}

/** The result of a loader in one form, not checked yet. */
export interface Outcome {
  /** Whether it came from `loaded()` or `unchanged()`. */
  readonly isMarked: boolean;
  readonly isUnchanged: boolean;
  readonly value?: unknown;
  readonly revision?: unknown;
  readonly asOf?: unknown;
  readonly keep?: unknown;
  readonly behind?: unknown;
}

/** Converts the result of a loader to one form. The mark must be a boolean, because a Proxy may have every property. */
export function outcomeOf(result: unknown): Outcome {
  const mark = markOf(result);
  if (mark === undefined) return { isMarked: false, isUnchanged: false, value: result };
  return Object.assign({}, result, { isMarked: true, isUnchanged: !mark });
}

/** The mark of `loaded()` and `unchanged()`; `undefined` where there is none. A Proxy may throw for any name. */
function markOf(result: unknown): boolean | undefined {
  const mark = propertyOf(result, OUTCOME);
  return typeof mark === "boolean" ? mark : undefined;
}

/**
 * Checks that a value is data.
 *
 * @throws the value itself if it is an Error, and an Error with a code for `undefined`, `null`, a Response, and what
 *   `loaded()` or `unchanged()` made
 */
export function checkData(value: unknown): void {
  if (value === undefined || value === null)
    throw loadError("HS_NO_DATA", `the loader returned ${value}. Return the value, loaded(value) or unchanged()`);
  if (isError(value)) throwAsIs(value);
  // A loader may call another loader, and pass the result to loaded().
  if (markOf(value) !== undefined)
    throw loadError(
      "HS_NO_DATA",
      "the loader passed a result of loaded() or unchanged() to loaded(). Return that result",
    );
  if (isResponse(value))
    throw loadError("HS_RESPONSE_AS_VALUE", "the loader returned a Response. Parse its body, and return the result");
}

/** The revision and `asOf` after the checks. */
export interface CheckedNote {
  readonly revision: string | undefined;
  /** In epoch ms. */
  readonly asOf: number | undefined;
}

/**
 * Reads the revision and `asOf`.
 *
 * @throws Error with a code if the revision is not a string, number or bigint, or `asOf` is not a time
 */
export function noteOf({ revision, asOf }: Outcome): CheckedNote {
  // Number() would convert null to 1970. SAFETY: a Date may come from another realm, so its method is checked before
  // the call.
  const moment =
    asOf === undefined || typeof asOf === "number" ? asOf : Number((Object(asOf) as Partial<Date>).getTime?.());
  // A Date cannot represent more, and NaN is no time (https://tc39.es/ecma262/#sec-time-values-and-time-range).
  if (moment !== undefined && !(Math.abs(moment) <= 8.64e15))
    throw loadError("HS_INVALID_AS_OF", "the loader's asOf is not a valid time. Return a valid Date or epoch ms");
  return { revision: revisionOf(revision), asOf: moment };
}

function revisionOf(revision: unknown): string | undefined {
  if (revision === undefined || revision === null) return undefined;
  if (typeof revision === "string") return revision;
  if ((typeof revision === "number" && !Number.isNaN(revision)) || typeof revision === "bigint")
    return String(revision);
  throw loadError(
    "HS_INVALID_REVISION",
    `the loader's revision is of type ${typeof revision}. Return a string, a number, a bigint, or null for none`,
  );
}

/** Checks the fields of a Response, because servers and realms have their own classes. */
export function isResponse(value: unknown): value is { readonly ok: boolean; readonly status: number } {
  if (typeof value !== "object") return false;
  // One by one, because a Proxy may throw for an unknown name. Then it is data.
  return (
    typeof propertyOf(value, "ok") === "boolean" &&
    typeof propertyOf(value, "status") === "number" &&
    typeof propertyOf(value, "arrayBuffer") === "function"
  );
}
