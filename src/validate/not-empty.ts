import { checkFunction } from "../option/invalid-option.ts";
import { reject, type Check } from "./check.ts";
import { measure, type SizeOf } from "./size.ts";

/**
 * Creates a check that rejects a value without entries. A source that loses its data often answers with an empty list.
 *
 * @param size returns the number of entries of a value that is not an array, Map, Set, string, typed array, buffer or
 * plain object
 * @throws TypeError if `size` is not a function
 * @example
 * health.resource("rates", { load, validate: notEmpty() });
 */
export function notEmpty(): Check<unknown>;
/** Creates a check that rejects a value without entries. `size` returns the number of entries. */
export function notEmpty<T>(size?: SizeOf<T>): Check<T>;
export function notEmpty<T>(size?: SizeOf<T>): Check<T> {
  if (size !== undefined) checkFunction("notEmpty's size", size);
  return (next) => {
    if (measure("notEmpty()", next, size) === 0) reject("the new value is empty");
  };
}
