/** The number of characters that are decoded at once. Each is an argument of one call, and a call has a limit. */
const PIECE = 4_096;

/** 2^32 divided by the golden ratio, as an odd number. A multiplication by it spreads the bits upwards. */
const SPREAD = 0x9e3779b1;

/** Whether every character of a string fits into one byte. */
export function isNarrow(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 255) return false;
  return true;
}

/** A 32-bit hash of a string. It has no seed, so that equal data gives equal bytes. */
export function hashText(text: string): number {
  const { length } = text;
  let hash = length;
  let at = 1;
  for (; at < length; at += 2) {
    hash = Math.imul(hash ^ (text.charCodeAt(at - 1) | (text.charCodeAt(at) << 16)), SPREAD);
    // The shift is needed because a multiplication moves bits only upwards.
    hash ^= hash >>> 15;
  }
  if (at === length) hash = Math.imul(hash ^ text.charCodeAt(length - 1), SPREAD);
  return finish(hash);
}

/** A 32-bit hash of a byte array. */
export function hashBytes(bytes: Uint8Array): number {
  const { length } = bytes;
  let hash = length;
  let at = 3;
  for (; at < length; at += 4) {
    hash = Math.imul(hash ^ wordAt(bytes, at - 3), SPREAD);
    hash ^= hash >>> 15;
  }
  for (let rest = at - 3; rest < length; rest++) hash = Math.imul(hash ^ (bytes[rest] ?? 0), SPREAD);
  return finish(hash);
}

/** Reads four bytes as one number. A byte past the end counts as 0. */
export function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}

/** Mixes a hash, so that each bit depends on every other bit. This is the last step of MurmurHash3. */
function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Writes a string at a position, with one or two bytes for each character. */
export function writeText(bytes: Uint8Array, from: number, text: string, narrow: boolean): void {
  let to = from;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    bytes[to++] = code;
    if (!narrow) bytes[to++] = code >>> 8;
  }
}

/** Reads a string of a given length at a position. If the bytes are damaged, the string may be shorter. */
export function readText(bytes: Uint8Array, from: number, length: number, narrow: boolean): string {
  const part = bytes.subarray(from, from + (narrow ? length : length * 2));
  const codes = narrow ? part : new Uint16Array(part.buffer, part.byteOffset, part.length >>> 1);
  if (codes.length <= PIECE) return String.fromCharCode(...codes);
  let text = "";
  for (let at = 0; at < codes.length; at += PIECE) text += String.fromCharCode(...codes.subarray(at, at + PIECE));
  return text;
}
