/** How many bits of a 32-bit word are set. */
export function bitCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

/**
 * In how many bits a row of `table` differs from `words`; gives up past `limit`, and then only tells
 * that it is more.
 */
export function distanceTo(table: Uint32Array, row: number, words: Uint32Array, limit: number): number {
  const start = row * words.length;
  let distance = 0;
  for (let at = 0; at < words.length && distance <= limit; at++)
    distance += bitCount((table[start + at] ?? 0) ^ (words[at] ?? 0));
  return distance;
}
