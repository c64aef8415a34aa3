/** Rows sorted by a key of 16 bits: those of key `k` are `rows[starts[k]]` up to `rows[starts[k + 1]]`. */
export interface Buckets {
  readonly starts: Uint32Array;
  readonly rows: Uint32Array;
}

const KEYS = 1 << 16;
const SLICE_ROWS = 50_000;

/**
 * Sorts the rows 0 to `size` by key, in two passes over flat arrays (a counting sort).
 *
 * @param pause called between slices
 */
export async function bucketRows(
  size: number,
  keyOf: (row: number) => number,
  pause: () => Promise<void>,
): Promise<Buckets> {
  const starts = new Uint32Array(KEYS + 1);
  for (let from = 0; from < size; from += SLICE_ROWS) {
    await pause();
    const to = Math.min(size, from + SLICE_ROWS);
    for (let row = from; row < to; row++) increment(starts, keyOf(row) + 1);
  }
  for (let key = 0; key < KEYS; key++) starts[key + 1] = (starts[key + 1] ?? 0) + (starts[key] ?? 0);

  const rows = new Uint32Array(size);
  const next = starts.slice(0, KEYS);
  for (let from = 0; from < size; from += SLICE_ROWS) {
    await pause();
    const to = Math.min(size, from + SLICE_ROWS);
    for (let row = from; row < to; row++) rows[increment(next, keyOf(row))] = row;
  }
  return { starts, rows };
}

/** @returns the count before */
function increment(counts: Uint32Array, at: number): number {
  const count = counts[at] ?? 0;
  counts[at] = count + 1;
  return count;
}
