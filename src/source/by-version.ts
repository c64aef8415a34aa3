import { checkOptions } from "../option/check-options.ts";
import { checkFunction, invalidOption } from "../option/invalid-option.ts";
import type { LoadContext } from "../resource/options.ts";
import { toLoaded, toUnchanged, type Loaded, type Unchanged } from "../resource/outcome.ts";
import { SourceError } from "./source-error.ts";
import type { Version, VersionedLoader } from "./versioned-loader.ts";

/** The options of `byVersion()`. */
export interface ByVersionOptions<T> {
  /** Returns the current version of the source. The library calls it at each load, so it must be cheap. */
  readonly version: (context: LoadContext) => Version | PromiseLike<Version>;
  /**
   * Loads the data. It is called only if the version is neither the current nor the rejected one. If the version
   * changes during the call, and `addressed` is not set, the library drops the returned value and does not call
   * `dispose` for it.
   */
  readonly load: (revision: string, context: LoadContext) => T | PromiseLike<T>;
  /**
   * Whether `load(revision)` always returns exactly that revision. Then `version` is not called a second time, and the
   * loader can load an older revision.
   * @default false
   */
  readonly addressed?: boolean;
  /** The name of the source in errors, such as a path or a table. It must not contain secrets. @default "the source" */
  readonly identity?: string;
}

/** How many loads one call makes while the version keeps changing. */
const MOST_LOADS = 3;

/**
 * Creates a loader with two steps: it asks for the version, and loads the data if the version has changed.
 *
 * - For the current version it returns `unchanged({ asOf })`. For the rejected version it returns `unchanged({ revision
 *   })`.
 * - For any other version it calls `load(revision)`. Without `addressed`, it then calls `version` again, and repeats
 *   the load if the version has changed. After the third change in a row, it fails with a `SourceError` of kind
 *   `moving`.
 *
 * Creating it does nothing.
 *
 * @throws TypeError with a code for a wrong option
 * @example
 * const load = byVersion({
 *   version: async ({ signal }) => ({ revision: await db.version({ signal }) }),
 *   load: (revision, { signal }) => db.rows({ signal }),
 * });
 * health.resource("rows", { load, refreshEvery: "30s" });
 */
export function byVersion<T>(options: ByVersionOptions<T>): VersionedLoader<T> {
  const {
    version,
    load,
    addressed = false,
    identity = "the source",
  } = checkOptions("byVersion()", options, ["addressed"], ["version", "load", "identity"]);
  checkFunction("version", version);
  checkFunction("load", load);
  if (typeof addressed !== "boolean") invalidOption("addressed", addressed, "true or false");
  if (typeof identity !== "string") invalidOption("identity", identity, "a string without secrets");

  const announced = async (context: LoadContext): Promise<Version> => {
    // JavaScript may return a number or a bigint as the revision, or nothing at all. The core compares strings.
    const { revision, asOf, digest }: Partial<Version> = (await version(context)) ?? {};
    const text = `${revision ?? ""}`;
    if (text === "") throw new SourceError("protocol", `${identity}: version() returned no revision`);
    context.signal.throwIfAborted();
    return { revision: text, asOf, digest };
  };

  const loader = async (context: LoadContext): Promise<Loaded<T> | Unchanged> => {
    let { revision, asOf } = await announced(context);
    for (let loads = 0; loads < MOST_LOADS; loads++) {
      if (revision === context.revision) return toUnchanged({ asOf });
      if (revision === context.rejected) return toUnchanged({ revision });
      const value = await load(revision, context);
      if (addressed) return toLoaded(value, { revision, asOf });
      const now = await announced(context);
      if (now.revision === revision) return toLoaded(value, { revision, asOf: now.asOf });
      ({ revision, asOf } = now);
    }
    throw new SourceError("moving", `${identity}: the version changed during each of ${MOST_LOADS} loads`);
  };

  const at = async (revision: string, context: LoadContext): Promise<T> => load(revision, context);
  return Object.assign(loader, { identity, version: announced, ...(addressed && { at }) });
}
