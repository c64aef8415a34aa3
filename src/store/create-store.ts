import { checkOptions } from "../option/check-options.ts";
import { checkFunction } from "../option/invalid-option.ts";
import type { Attachable } from "../resource/part.ts";
import { addPart } from "../resource/add-part.ts";
import { keepKnownGood } from "./known-good.ts";
import type { StoreActions } from "./store.ts";

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
  // SAFETY: what the option is given was made here, by this function, for the same type of value.
  const attach: Store<T>["attach"] = (resource, all) =>
    addPart(resource, keepKnownGood(resource, all as readonly Store<T>[]), "last");
  return { ...checked, attach };
}
