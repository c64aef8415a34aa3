import { byteKeys, textKeys, type Keys } from "./keys.ts";

/** The kind of the keys: strings, or byte arrays of one length. */
export type PackedKeyKind = "string" | number;

/** The type of a key: `string`, or `Uint8Array` for byte arrays. */
export type PackedKey<K extends PackedKeyKind> = K extends "string" ? string : Uint8Array;

/**
 * @throws TypeError if the value is not a kind of keys
 *
 * @internal
 */
export function keysOf<K extends PackedKeyKind>(kind: K): Keys<PackedKey<K>> {
  const keys: Keys<string> | Keys<Uint8Array> = kind === "string" ? textKeys : byteKeys(kind);
  // SAFETY: the type depends on the same condition.
  return keys as Keys<PackedKey<K>>;
}
