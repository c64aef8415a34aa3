import { checkOptions } from "../option/check-options.ts";
import { invalidOption } from "../option/invalid-option.ts";
import { keysOf, type PackedKey, type PackedKeyKind } from "./key-kind.ts";
import { Packer } from "./packer.ts";
import { PackedTable } from "./packed-table.ts";
import { byteValues, float64Values, textValues, uint32Values, type Values } from "./values.ts";

/** The kinds of values of a packed map. */
export type PackedValueKind = "uint32" | "float64" | "string" | "bytes";

/** The type of a value: `string`, `Uint8Array` for bytes, or `number`. */
export type PackedValue<V extends PackedValueKind> = V extends "string"
  ? string
  : V extends "bytes"
    ? Uint8Array
    : number;

/** The options of `packedMap()`. */
export interface PackedMapShape<K extends PackedKeyKind, V extends PackedValueKind> {
  /** `"string"`, or the number of bytes of each key: 1 to 1024. */
  readonly keys: K;
  /**
   * `"uint32"`: whole numbers from 0 to 4294967295. `"float64"`: every number. `"string"`, `"bytes"`: the values may
   * have different lengths.
   */
  readonly values: V;
}

/** A read-only map in one buffer. */
export interface PackedMap<K, V> extends Iterable<readonly [K, V]> {
  /** The number of entries. */
  readonly size: number;
  /** The buffer, for a store or another thread. */
  readonly bytes: Uint8Array;
  /** Returns the value, or `undefined`. A byte array is a view on the buffer, so do not write to it. */
  get(key: K): V | undefined;
  /** Whether the map has the key. */
  has(key: K): boolean;
  /** The keys, in the order of their first insertion. */
  keys(): IterableIterator<K>;
  /** The values, in the order of the keys. */
  values(): IterableIterator<V>;
  /** Keys and values, in the order of the keys. */
  entries(): IterableIterator<readonly [K, V]>;
  /** Calls `callback` for each entry, in the order of the keys. */
  forEach(callback: (value: V, key: K) => void): void;
}

/** Packs a map one entry at a time. So not all entries need to be in memory at once. */
export interface PackedMapWriter<K, V> {
  /** The number of entries so far. */
  readonly size: number;
  /**
   * Sets a value. An existing key keeps its place and gets the new value.
   *
   * @throws TypeError for a key or a value of another kind, or above the limits of `packedMap()`
   */
  set(key: K, value: V): void;
  /** Creates a buffer with all entries so far. You can set more entries afterwards, and call it again. */
  finish(): Uint8Array;
}

/** Packs and reads maps of one shape. */
export interface PackedMapOf<K, V> {
  /**
   * Packs entries into one buffer. It blocks, so call it in a thread.
   *
   * @throws TypeError for a key or a value of another kind, or above the limits of `packedMap()`
   */
  readonly pack: (entries: Iterable<readonly [K, V]>) => Uint8Array;
  /** Packs one entry at a time, for example rows of a cursor. */
  readonly writer: () => PackedMapWriter<K, V>;
  /**
   * Opens a buffer. It takes some microseconds for any number of entries.
   *
   * @throws TypeError if the bytes are incomplete, or were not packed in this shape
   */
  readonly view: (bytes: Uint8Array) => PackedMap<K, V>;
}

const VALUES: { readonly [V in PackedValueKind]: Values<PackedValue<V>> } = {
  uint32: uint32Values,
  float64: float64Values,
  string: textValues,
  bytes: byteValues,
};

/**
 * Stores maps in one buffer, for large values that are built in a thread or read from a file. `pack()` creates the
 * buffer. `view()` opens it without parsing or copying. A look-up takes about as long as in a `Map`.
 *
 * The map is read-only. The keys are strings, or byte arrays of one length. Keys and numbers may take 16 GiB together.
 * Values that are strings or bytes may take another 8 GiB. Not every runtime has buffers of this size. The hash
 * function has no secret seed, so do not pack data whose keys come from untrusted users. The bytes use the byte order
 * of the processor. Equal entries in equal order give equal bytes.
 *
 * @throws TypeError for a wrong shape
 * @example
 * const prices = packedMap({ keys: "string", values: "float64" });
 * const map = prices.view(prices.pack([["apple", 1.2]]));
 * map.get("apple");
 */
export function packedMap<K extends PackedKeyKind, V extends PackedValueKind>(
  shape: PackedMapShape<K, V>,
): PackedMapOf<PackedKey<K>, PackedValue<V>> {
  const { keys: keyKind, values: kind } = checkOptions("packedMap()", shape, [], ["keys", "values"]);
  const keys = keysOf(keyKind);
  if (typeof kind !== "string" || !Object.hasOwn(VALUES, kind))
    invalidOption("values", kind, '"uint32", "float64", "string" or "bytes"');
  const values = VALUES[kind];

  const writer = (): PackedMapWriter<PackedKey<K>, PackedValue<V>> => {
    const packer = new Packer(keys, kind, values);
    return {
      get size() {
        return packer.size;
      },
      set: (key, value) => packer.put(key, value),
      finish: () => packer.finish(),
    };
  };
  return {
    pack(entries) {
      const packing = writer();
      for (const [key, value] of entries) packing.set(key, value);
      return packing.finish();
    },
    writer,
    view: (bytes) => toMap(bytes, new PackedTable(bytes, keys, kind, values)),
  };
}

function toMap<K, V>(bytes: Uint8Array, table: PackedTable<K, V>): PackedMap<K, V> {
  const entries = (): IterableIterator<readonly [K, V]> => table.walk((key, value) => [key(), value()] as const);
  return {
    size: table.parts.layout.count,
    bytes,
    get: (key) => table.get(key),
    has: (key) => table.has(key),
    keys: () => table.walk((key) => key()),
    values: () => table.walk((_, value) => value()),
    entries,
    forEach(callback) {
      for (const [key, value] of entries()) callback(value, key);
    },
    [Symbol.iterator]: entries,
  };
}
