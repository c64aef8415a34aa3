import { hashOf } from "./hash.ts";

/** The largest version of a note. It has 14 digits, because a script of Redis writes no more digits of a number. */
const MOST = 99_999_999_999_999;
/** A version grows by a hash times this number. */
const STEP = 20_000;

/**
 * Returns a version that identifies a new content of a note. It adds a step to the previous version. The length of the
 * step is a hash of the previous version and the content. A counter would not do, because a store that has lost its
 * latest writes would count to the same numbers again.
 *
 * @param version the previous version, 0 if there was no note
 * @returns a whole number from 1 to 99,999,999,999,999. It always differs from the previous version.
 */
export function nextVersion(version: number, text: string): number {
  return 1 + ((version + hashOf(`${version}\n${text}`) * STEP) % MOST);
}
