import type { Keys } from "./keys.ts";
import { openParts, VALUE_WORDS, type Parts, type ValueKind } from "./layout.ts";
import type { Values } from "./values.ts";

/** Reads a packed buffer without copying it. */
export class PackedTable<K, V> {
  readonly parts: Parts;
  readonly #keys: Keys<K>;
  readonly #values: Values<V>;
  readonly #before: number;

  constructor(bytes: Uint8Array, keys: Keys<K>, kind: ValueKind, values: Values<V>) {
    this.parts = openParts(bytes, keys.keyBytes, kind);
    this.#keys = keys;
    this.#values = values;
    this.#before = 1 + VALUE_WORDS[kind];
  }

  has(key: K): boolean {
    return this.#keys.find(this.parts, key, this.#before) >= 0;
  }

  get(key: K): V | undefined {
    const record = this.#keys.find(this.parts, key, this.#before);
    return record < 0 ? undefined : this.#values.read(this.parts, record + 1);
  }

  /** Yields the result of `pick` for each record, in the order in which the keys were first added. */
  *walk<R>(pick: (key: () => K, value: () => V) => R): Generator<R, void> {
    const { words, layout } = this.parts;
    for (let record = 0; record < layout.recordWords;) {
      const form = words[record] ?? 0;
      const at = record;
      yield pick(
        () => this.#keys.read(this.parts, at + this.#before, form),
        () => this.#values.read(this.parts, at + 1),
      );
      record += this.#before + this.#keys.wordsOf(form);
    }
  }
}
