import { checkOptions } from "../option/check-options.ts";
import { checkFunction } from "../option/invalid-option.ts";
import type { Attachable } from "../resource/part.ts";
import { addPart } from "../resource/add-part.ts";
import { keepKnownGood } from "./known-good.ts";
import type { Ignored, Restored, StoreActions, Stored } from "./store.ts";

/** A store for the option `lastKnownGood`. */
export type Store<T> = StoreActions<T> & Attachable<T>;

/**
 * Creates your own store for the option `lastKnownGood`. Creating it does nothing.
 *
 * @throws TypeError for a wrong option
 * @example
 * const store = createStore({ restore: read, save: write, stamp: writeStamps, remove: erase });
 */
export function createStore<T>(actions: StoreActions<T>): Store<T> {
  const checked = checkOptions("createStore()", actions, ["claim"], ["restore", "save", "stamp", "remove"]);
  for (const name of ["restore", "save", "stamp", "remove"] as const) checkFunction(name, checked[name]);
  return toStore({ ...checked, restore: async (context) => checkedOf(await checked.restore(context)) });
}

/** The same for the library's own stores: their functions need no check. */
export function toStore<T>(actions: StoreActions<T>): Store<T> {
  // SAFETY: what the option is given was made here, by this function, for the same type of value.
  const attach: Store<T>["attach"] = (resource, all) =>
    addPart(resource, keepKnownGood(resource, all as readonly Store<T>[]), "last");
  return { ...actions, attach };
}

/**
 * The answer of a user's store. Each field is read once and has its type. An age that is no number would never be
 * stale.
 *
 * @throws what a property throws
 */
function checkedOf<T>(given: Restored<T>): Restored<T> {
  if (given === undefined || given === null) return undefined;
  const { ignored, value, revision, checkedAt, asOf, origin }: Partial<Stored<T> & Ignored> = given;
  if (ignored !== undefined) return { ignored: String(ignored) };
  const stamps: readonly unknown[] = [checkedAt, asOf ?? checkedAt];
  if (checkedAt === undefined || !stamps.every(Number.isFinite))
    return { ignored: "the store gave no time stamps in epoch ms" };
  return {
    // SAFETY: a restore ignores one that is undefined.
    value: value as T,
    revision: typeof revision === "string" ? revision : undefined,
    checkedAt,
    asOf: asOf ?? undefined,
    origin: origin === "seed" ? origin : "store",
  };
}
