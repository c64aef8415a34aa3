import { checkOptions } from "../option/check-options.ts";
import { keysOf, type PackedKey, type PackedKeyKind } from "./key-kind.ts";
import { Packer } from "./packer.ts";
import { PackedTable } from "./packed-table.ts";
import { noValues } from "./values.ts";

/** The options of `packedSet()`. */
export interface PackedSetShape<K extends PackedKeyKind> {
  /** `"string"`, or the number of bytes of each key: 1 to 1024. */
  readonly keys: K;
}

/** A read-only set in one buffer. */
export interface PackedSet<K> extends Iterable<K> {
  /** The number of keys. */
  readonly size: number;
  /** The buffer, for a store or another thread. */
  readonly bytes: Uint8Array;
  /** Whether the set has the key. */
  has(key: K): boolean;
  /** The keys, in the order of their first insertion. */
  keys(): IterableIterator<K>;
  /** The same as `keys()`. */
  values(): IterableIterator<K>;
  /** Calls `callback` for each key. */
  forEach(callback: (key: K) => void): void;
}

/** Packs a set one key at a time. So not all keys need to be in memory at once. */
export interface PackedSetWriter<K> {
  /** The number of keys so far. */
  readonly size: number;
  /**
   * Adds a key. An existing key keeps its place.
   *
   * @throws TypeError for a key of another kind, or for more than 16 GiB
   */
  add(key: K): void;
  /** Creates a buffer with all keys so far. You can add more keys afterwards, and call it again. */
  finish(): Uint8Array;
}

/** Packs and reads sets of one shape. */
export interface PackedSetOf<K> {
  /**
   * Packs keys into one buffer. It blocks, so call it in a thread.
   *
   * @throws TypeError for a key of another kind, or for more than 16 GiB
   */
  readonly pack: (keys: Iterable<K>) => Uint8Array;
  /** Packs one key at a time, for example rows of a cursor. */
  readonly writer: () => PackedSetWriter<K>;
  /**
   * Opens a buffer. It takes some microseconds for any number of keys.
   *
   * @throws TypeError if the bytes are incomplete, or were not packed in this shape
   */
  readonly view: (bytes: Uint8Array) => PackedSet<K>;
}

/**
 * Stores sets in one buffer, for large values that are built in a thread or read from a file. It has the limits of
 * `packedMap()`.
 *
 * @throws TypeError for a wrong shape
 * @example
 * const blocked = packedSet({ keys: 32 });
 * const set = blocked.view(blocked.pack([new Uint8Array(32)]));
 * set.has(new Uint8Array(32));
 */
export function packedSet<K extends PackedKeyKind>(shape: PackedSetShape<K>): PackedSetOf<PackedKey<K>> {
  const { keys: keyKind } = checkOptions("packedSet()", shape, [], ["keys"]);
  const keys = keysOf(keyKind);

  const writer = (): PackedSetWriter<PackedKey<K>> => {
    const packer = new Packer(keys, "none", noValues);
    return {
      get size() {
        return packer.size;
      },
      add: (key) => packer.put(key, undefined),
      finish: () => packer.finish(),
    };
  };
  return {
    pack(given) {
      const packing = writer();
      for (const key of given) packing.add(key);
      return packing.finish();
    },
    writer,
    view(bytes) {
      const table = new PackedTable(bytes, keys, "none", noValues);
      const all = (): IterableIterator<PackedKey<K>> => table.walk((key) => key());
      return {
        size: table.parts.layout.count,
        bytes,
        has: (key) => table.has(key),
        keys: all,
        values: all,
        forEach(callback) {
          for (const key of all()) callback(key);
        },
        [Symbol.iterator]: all,
      };
    },
  };
}
