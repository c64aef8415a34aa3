import { invalidOption } from "../option/invalid-option.ts";
import type { Parts } from "./layout.ts";
import { hashBytes, hashText, isNarrow, readText, wordAt, writeText } from "./text.ts";

/** The memory that holds the records. The packer replaces it when the buffer grows. */
export interface Records {
  readonly words: Uint32Array;
  readonly bytes: Uint8Array;
}

/** Hashes, writes, compares and reads keys of one kind. `at` is the word where the key of a record begins. */
export interface Keys<K> {
  /** The length of a key in bytes, for the header. 0 means strings. */
  readonly keyBytes: number;
  /** @throws TypeError if the value is not a key of this kind */
  check(key: unknown): void;
  hash(key: K): number;
  /** The first word of a record: the form of its key. */
  form(key: K): number;
  /** The number of words for a key of this form. */
  wordsOf(form: number): number;
  write(records: Records, at: number, key: K, form: number): void;
  isEqual(records: Records, at: number, key: K, form: number): boolean;
  read(records: Records, at: number, form: number): K;
  /** Returns the word where the record of a key begins, or -1. `before` is the number of words before the key. */
  find(parts: Parts, key: K, before: number): number;
}

/** Whether the value is a Uint8Array. It may come from another realm. */
export function isBytes(given: unknown): boolean {
  return Object.prototype.toString.call(given) === "[object Uint8Array]";
}

/** The most bytes of a key that is a byte array. */
const MOST_KEY_BYTES = 1_024;

/** The most characters of a key that is a string. */
const MOST_KEY_LENGTH = 2 ** 29;

/** String keys. If every character fits into one byte, each character is stored in one byte. */
export const textKeys: Keys<string> = {
  keyBytes: 0,
  check(key) {
    if (typeof key !== "string" || key.length > MOST_KEY_LENGTH) invalidOption("key", key, "a text");
  },
  hash: hashText,
  form: (key) => key.length * 2 + (isNarrow(key) ? 0 : 1),
  wordsOf: (form) => ((form >>> 1) * ((form & 1) + 1) + 3) >>> 2,
  write: ({ bytes }, at, key, form) => writeText(bytes, at * 4, key, (form & 1) === 0),
  isEqual({ words }, at, key, form) {
    const { length } = key;
    if (form >>> 1 !== length) return false;
    return form & 1 ? isWideEqual(words, at, key) : isNarrowEqual(words, at, key);
  },
  read: ({ bytes }, at, form) => readText(bytes, at * 4, form >>> 1, (form & 1) === 0),
  find(parts, key, before) {
    if (typeof key !== "string") return -1;
    const { slots, words } = parts;
    const hash = hashText(key);
    const last = slots.length - 1;
    // The loop is bounded because damaged bytes may contain no empty slot.
    for (let slot = (hash * 2) & last, left = slots.length; left > 0; slot = (slot + 2) & last, left -= 2) {
      const record = slots[slot + 1] ?? 0;
      if (record === 0) return -1;
      if (slots[slot] === hash && textKeys.isEqual(parts, record - 1 + before, key, words[record - 1] ?? 0))
        return record - 1;
    }
    return -1;
  },
};

/** Compares four characters at a time. A character that needs two bytes never matches. */
function isNarrowEqual(words: Uint32Array, at: number, key: string): boolean {
  const { length } = key;
  const whole = length & ~3;
  let word = at;
  for (let place = 0; place < whole; place += 4) {
    const one = key.charCodeAt(place);
    const two = key.charCodeAt(place + 1);
    const three = key.charCodeAt(place + 2);
    const four = key.charCodeAt(place + 3);
    if ((one | two | three | four) > 255) return false;
    if ((one | (two << 8) | (three << 16) | (four << 24)) >>> 0 !== words[word++]) return false;
  }
  let rest = words[word] ?? 0;
  for (let place = whole; place < length; place++) {
    if (key.charCodeAt(place) !== (rest & 255)) return false;
    rest >>>= 8;
  }
  return true;
}

function isWideEqual(words: Uint32Array, at: number, key: string): boolean {
  const { length } = key;
  let word = at;
  for (let place = 0; place < length; place += 2) {
    const two = place + 1 < length ? key.charCodeAt(place + 1) : 0;
    if ((key.charCodeAt(place) | (two << 16)) >>> 0 !== words[word++]) return false;
  }
  return true;
}

/** Keys that are byte arrays of one length, such as hashes. */
export function byteKeys(keyBytes: unknown): Keys<Uint8Array> {
  if (typeof keyBytes !== "number" || !Number.isInteger(keyBytes) || keyBytes < 1 || keyBytes > MOST_KEY_BYTES)
    invalidOption("keys", keyBytes, `"string", or how many bytes a key has: 1 to ${MOST_KEY_BYTES}`);
  const keyWords = (keyBytes + 3) >>> 2;
  const keys: Keys<Uint8Array> = {
    keyBytes,
    check(key) {
      if (!ArrayBuffer.isView(key) || key.byteLength !== keyBytes || !isBytes(key))
        invalidOption("key", key, `a Uint8Array of ${keyBytes} bytes`);
    },
    hash: hashBytes,
    form: () => keyBytes,
    wordsOf: () => keyWords,
    write: ({ bytes }, at, key) => bytes.set(key, at * 4),
    isEqual({ words }, at, key) {
      for (let word = 0; word < keyWords; word++) if (wordAt(key, word * 4) >>> 0 !== words[at + word]) return false;
      return true;
    },
    read: ({ bytes }, at) => bytes.slice(at * 4, at * 4 + keyBytes),
    find(parts, key, before) {
      if (!(key instanceof Uint8Array) || key.length !== keyBytes) return -1;
      const { slots } = parts;
      const hash = hashBytes(key);
      const last = slots.length - 1;
      // The loop is bounded because damaged bytes may contain no empty slot.
      for (let slot = (hash * 2) & last, left = slots.length; left > 0; slot = (slot + 2) & last, left -= 2) {
        const record = slots[slot + 1] ?? 0;
        if (record === 0) return -1;
        if (slots[slot] === hash && keys.isEqual(parts, record - 1 + before, key, keyBytes)) return record - 1;
      }
      return -1;
    },
  };
  return keys;
}
