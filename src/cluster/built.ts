import type { LoadContext } from "../resource/loader.ts";
import { checkData, noteOf, outcomeOf } from "../resource/outcome.ts";

/** The result of a load, in one form. */
export interface Built<T> {
  /** Whether the load returned a new value. */
  readonly isNew: boolean;
  /** The new value, or the current one. `undefined` if there is no value. */
  readonly value: T | undefined;
  /** The revision from the source. */
  readonly revision: string | undefined;
  /** In epoch ms. */
  readonly asOf: number | undefined;
  readonly keep: boolean;
}

/** @throws Error with a code if the result is not data, or has a wrong field */
export async function toBuilt<T>(result: unknown, context: LoadContext): Promise<Built<T>> {
  const outcome = outcomeOf(result);
  const { revision, asOf } = noteOf(outcome);
  // SAFETY: the current value came from this loader.
  const held = context.previous as T | undefined;
  const keep = outcome.keep !== false;
  if (outcome.isUnchanged) return { isNew: false, value: held, revision, asOf, keep };
  const value = outcome.isMarked ? await outcome.value : outcome.value;
  checkData(value);
  const isNew = outcome.isMarked || !Object.is(value, held);
  // SAFETY: the type of the loader defines its result.
  return { isNew, value: value as T, revision, asOf, keep };
}
