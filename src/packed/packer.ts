import { fail } from "../option/invalid-option.ts";
import type { Keys } from "./keys.ts";
import { createParts, VALUE_WORDS, type ValueKind } from "./layout.ts";
import type { LongValues, Values } from "./values.ts";

/** The table grows before more than this share of its slots is in use. */
const MOST_FULL = 0.6;

/** A position of a record is stored in 32 bits. So is a position of a long value, in units of two bytes. */
const MOST_WORDS = 2 ** 32 - 1;
const MOST_LONG_BYTES = 2 ** 33;

const FIRST_SLOTS = 16;
const FIRST_WORDS = 1_024;

/** Adds records one by one, and creates one buffer from them. */
export class Packer<K, V> {
  readonly #keys: Keys<K>;
  readonly #kind: ValueKind;
  readonly #values: Values<V>;
  readonly #before: number;
  #slots = new Uint32Array(FIRST_SLOTS * 2);
  #records = recordsOf(new ArrayBuffer(FIRST_WORDS * 4));
  #usedWords = 0;
  #count = 0;
  readonly #long = new GrowingBytes();

  constructor(keys: Keys<K>, kind: ValueKind, values: Values<V>) {
    this.#keys = keys;
    this.#kind = kind;
    this.#values = values;
    this.#before = 1 + VALUE_WORDS[kind];
  }

  get size(): number {
    return this.#count;
  }

  /**
   * Adds a key and its value. An existing key gets the new value and keeps its position.
   *
   * @throws TypeError for a key or a value of another kind
   */
  put(key: K, value: V): void {
    const keys = this.#keys;
    keys.check(key);
    this.#values.check(value);
    const hash = keys.hash(key);
    const form = keys.form(key);
    const slot = this.#slotOf(key, hash, form);
    const record = this.#slots[slot + 1] ?? 0;
    if (record !== 0) {
      this.#values.write(this.#records.words, record, value, this.#long);
      return;
    }
    const at = this.#usedWords;
    const end = at + this.#before + keys.wordsOf(form);
    if (end > this.#records.words.length) this.#growRecords(end);
    const { words } = this.#records;
    words[at] = form;
    this.#values.write(words, at + 1, value, this.#long);
    keys.write(this.#records, at + this.#before, key, form);
    // This comes last. If memory runs out in the lines above, the table then has no incomplete record.
    this.#usedWords = end;
    this.#slots[slot] = hash;
    this.#slots[slot + 1] = at + 1;
    this.#count++;
    if (this.#count > (this.#slots.length / 2) * MOST_FULL) this.#growSlots();
  }

  /** Creates a buffer of all records. More records can be added afterwards. */
  finish(): Uint8Array {
    const { whole, slots, words, longValues } = createParts({
      keyBytes: this.#keys.keyBytes,
      values: this.#kind,
      count: this.#count,
      capacity: this.#slots.length / 2,
      recordWords: this.#usedWords,
      longBytes: this.#long.used,
    });
    slots.set(this.#slots);
    words.set(this.#records.words.subarray(0, this.#usedWords));
    longValues.set(this.#long.bytes.subarray(0, this.#long.used));
    return whole;
  }

  /** Returns the slot of a key, or the empty slot for it. */
  #slotOf(key: K, hash: number, form: number): number {
    const slots = this.#slots;
    const last = slots.length - 1;
    let slot = (hash * 2) & last;
    for (let record = slots[slot + 1] ?? 0; record !== 0; record = slots[slot + 1] ?? 0) {
      const isSame = slots[slot] === hash && this.#records.words[record - 1] === form;
      if (isSame && this.#keys.isEqual(this.#records, record - 1 + this.#before, key, form)) break;
      slot = (slot + 2) & last;
    }
    return slot;
  }

  #growRecords(needed: number): void {
    if (needed > MOST_WORDS)
      fail("HS_INVALID_OPTION", "the keys and short values take more than 16 GiB. Pack fewer entries.");
    const larger = recordsOf(largerBuffer(needed * 4, this.#records.bytes.length));
    larger.words.set(this.#records.words);
    this.#records = larger;
  }

  #growSlots(): void {
    const old = this.#slots;
    const slots = new Uint32Array(old.length * 2);
    const last = slots.length - 1;
    for (let from = 0; from < old.length; from += 2) {
      const record = old[from + 1] ?? 0;
      if (record === 0) continue;
      let slot = ((old[from] ?? 0) * 2) & last;
      while (slots[slot + 1] !== 0) slot = (slot + 2) & last;
      slots[slot] = old[from] ?? 0;
      slots[slot + 1] = record;
    }
    this.#slots = slots;
  }
}

function recordsOf(buffer: ArrayBuffer): { readonly words: Uint32Array; readonly bytes: Uint8Array } {
  return { words: new Uint32Array(buffer), bytes: new Uint8Array(buffer) };
}

/** The factors by which a buffer may grow. The smaller one is tried if the runtime has no buffer of twice the size. */
const STEPS: readonly number[] = [2, 1.25];

/** Creates a larger buffer, of a multiple of four bytes. @throws RangeError if the runtime has no such buffer */
function largerBuffer(needed: number, had: number): ArrayBuffer {
  for (const step of STEPS)
    try {
      return new ArrayBuffer(Math.max(needed, Math.ceil((had * step) / 4) * 4));
    } catch {
      // The runtime has no buffer of this size. The next factor is smaller.
    }
  return new ArrayBuffer(needed);
}

/** A byte buffer that grows. */
class GrowingBytes implements LongValues {
  bytes: Uint8Array = new Uint8Array(0);
  used = 0;

  take(bytes: number): number {
    const from = this.used;
    // A string with two bytes for each character is read at an even position.
    const end = from + bytes + (bytes & 1);
    if (end > MOST_LONG_BYTES) fail("HS_INVALID_OPTION", "the long values take more than 8 GiB. Pack fewer entries.");
    if (end > this.bytes.length) {
      const larger = new Uint8Array(largerBuffer(end, this.bytes.length));
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.used = end;
    return from;
  }
}
