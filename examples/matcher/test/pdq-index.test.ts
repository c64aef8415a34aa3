import fc from "fast-check";
import { expect, test } from "vitest";
import { buildMd5Index, md5Index } from "../src/index/md5-index.ts";
import { createPause } from "../src/index/pause.ts";
import { buildPdqIndex, pdqIndex, scanPdq } from "../src/index/pdq-index.ts";
import type { Found } from "../src/index/signal-index.ts";
import { generatedHash } from "../src/seed/generated-hash.ts";
import { bitCount } from "../src/signal/hamming.ts";
import { hexOf, wordsOf } from "../src/signal/signal-type.ts";
import { generatedRecords, recordsOf, withBitsFlipped } from "./helper/records.ts";

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("hex"));
const bits = fc.uniqueArray(fc.nat(255), { minLength: 0, maxLength: 48 });
const byRow = (found: readonly Found[]): readonly Found[] => [...found].sort((a, b) => a.row - b.row);

test("bitCount counts the bits of every word", () => {
  fc.assert(
    fc.property(fc.integer(), (word) => bitCount(word) === (word >>> 0).toString(2).replaceAll("0", "").length),
  );
});

test("hex and words are two forms of the same signal", () => {
  fc.assert(fc.property(hash, (hex) => hexOf(wordsOf(hex)) === hex));
});

test("the index finds exactly what a scan of every row finds, near and far neighbours among it", async () => {
  await fc.assert(
    fc.asyncProperty(
      hash,
      fc.array(hash, { maxLength: 20 }),
      fc.array(bits, { maxLength: 30 }),
      async (signal, others, flips) => {
        const records = recordsOf([...others, ...flips.map((flip) => withBitsFlipped(signal, flip))]);
        const index = pdqIndex(await buildPdqIndex(records, createPause()));
        expect(byRow(index.find(wordsOf(signal)))).toEqual(scanPdq(records, wordsOf(signal)));
      },
    ),
    { numRuns: 60 },
  );
});

test("a neighbour 31 bits away is found however the bits are spread, and one 32 bits away never", async () => {
  const signal = generatedHash(7);
  const twoInEachChunk = Array.from({ length: 32 }, (_, at) => (at >> 1) * 16 + (at & 1) * 9);
  const records = recordsOf([
    withBitsFlipped(signal, twoInEachChunk.slice(1)),
    withBitsFlipped(signal, twoInEachChunk),
  ]);
  const index = pdqIndex(await buildPdqIndex(records, createPause()));
  expect(index.find(wordsOf(signal))).toEqual([{ row: 0, distance: 31 }]);
});

test("an empty index finds nothing", async () => {
  const index = pdqIndex(await buildPdqIndex(recordsOf([]), createPause()));
  expect(index.find(wordsOf(generatedHash(1)))).toEqual([]);
});

test("the md5 index finds every row of that hash and no other", async () => {
  const md5 = (ordinal: number): string => generatedHash(ordinal).slice(0, 32);
  const near = withBitsFlipped(md5(3), [127]);
  const index = md5Index(await buildMd5Index(recordsOf([md5(1), md5(3), near, md5(3)]), createPause()));
  expect(byRow(index.find(wordsOf(md5(3))))).toEqual([
    { row: 1, distance: 0 },
    { row: 3, distance: 0 },
  ]);
});

test("with 200 000 hashes the index is at least ten times as fast as a scan", async () => {
  const records = generatedRecords(200_000);
  const index = pdqIndex(await buildPdqIndex(records, createPause()));
  const signals = Array.from({ length: 40 }, (_, at) =>
    wordsOf(withBitsFlipped(generatedHash(at * 997), [at, at + 90, at + 180])),
  );
  const timeOf = (find: (signal: Uint32Array) => readonly Found[]): number => {
    const startedAt = performance.now();
    for (const signal of signals) expect(find(signal)).toHaveLength(1);
    return performance.now() - startedAt;
  };
  timeOf(index.find);
  const indexMs = timeOf(index.find);
  const scanMs = timeOf((signal) => scanPdq(records, signal));
  expect(scanMs / indexMs).toBeGreaterThan(10);
});

test("building an index leaves the event loop its turns, and stops when its signal aborts", async () => {
  const records = generatedRecords(300_000);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await buildPdqIndex(records, createPause());
  expect(turns).toBeGreaterThan(3);

  const abort = new AbortController();
  const build = buildPdqIndex(records, createPause(abort.signal));
  setImmediate(() => abort.abort(new Error("enough")));
  await expect(build).rejects.toThrow("enough");
  clearInterval(timer);
});
