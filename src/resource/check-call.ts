import { checkOptions } from "../option/check-options.ts";
import { toMsOrNever } from "../option/duration.ts";
import { isEvent } from "../option/is-event.ts";
import { checkFunction, checkMethods, invalidOption, propertyOf } from "../option/invalid-option.ts";
import type { GetOptions } from "./resource.ts";
import type { ReloadOptions } from "./waiters.ts";

/** The options of `get()` after the checks. */
export interface CheckedGet extends GetOptions {
  /** In ms. `Infinity` for any age. */
  readonly maxAge: number;
}

/** @throws TypeError for a wrong option of `get()` */
export function checkGetOptions(options: GetOptions = {}): CheckedGet {
  const { signal, maxAge = "never", waitUntil } = checkOptions("get()", options, ["signal", "maxAge", "waitUntil"], []);
  if (waitUntil !== undefined) checkFunction("waitUntil", waitUntil);
  checkSignal(signal);
  return { signal, maxAge: toMsOrNever("maxAge", maxAge), waitUntil };
}

/** @throws TypeError for a wrong option of `reload()` */
export function checkReloadOptions(options: ReloadOptions = {}): ReloadOptions {
  // As a listener, `reload()` receives the name of a signal, or an event.
  if (isEvent(options)) return {};
  const { accept } = checkOptions("reload()", options, ["accept"], []);
  if (accept !== undefined && accept !== true && typeof accept !== "string")
    invalidOption("accept", accept, "a revision, or true for any revision");
  return { accept };
}

/**
 * @throws TypeError unless it is an AbortSignal or undefined. It checks the methods, because the object may come from
 * another realm.
 */
export function checkSignal(signal: unknown): void {
  if (signal === undefined) return;
  const accepted = "an AbortSignal, such as request.signal";
  if (typeof propertyOf(signal, "aborted") !== "boolean") invalidOption("signal", signal, accepted);
  checkMethods("signal", signal, ["addEventListener", "removeEventListener"], accepted);
}
