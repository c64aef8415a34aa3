/**
 * Random numbers from 0 to 1 that depend only on a seed and a stream (mulberry32 over a hash of both). Each replica has
 * its own stream, so one more replica does not change the numbers of the others.
 */
export function createChance(seed: number, stream: number): () => number {
  let state = mix(mix(seed) ^ mix(stream + 0x9e3779b9));
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    return mix(state) / 2 ** 32;
  };
}

function mix(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return (mixed ^ (mixed >>> 14)) >>> 0;
}
