import { createPause } from "../index/pause.ts";
import { buildPdqIndex, pdqIndex, scanPdq } from "../index/pdq-index.ts";
import type { Records } from "../index/records.ts";
import { generatedPictures, PICTURES } from "../seed/picture-files.ts";
import { generatedHash } from "../seed/generated-hash.ts";
import { fingerprintOf } from "../signal/fingerprint.ts";
import { distanceTo } from "../signal/hamming.ts";
import { MATCH_DISTANCE, wordsOf } from "../signal/signal-type.ts";
import { encodeJpeg, type Rgba } from "../signal/rgba.ts";
import { decodeJpeg, resize } from "./copy.ts";

const LOOKUPS = 200;
const SCANS = 10;

/** Prints the figures of the README: how well pictures are told apart, and how fast the index is. */
async function main(): Promise<void> {
  await measurePictures();
  await measureIndex(1_000_000);
}

async function measurePictures(): Promise<void> {
  const different = generatedPictures(PICTURES);
  const hashes = different.map((file) => wordsOf(fingerprintOf(file).pdq ?? ""));
  const between = hashes.flatMap((a, at) => hashes.slice(0, at).map((b) => distanceTo(a, 0, b, 256)));
  console.log(`${different.length} pictures: ${between.length} pairs`);
  console.log(
    `  pairs that match: ${between.filter((bits) => bits <= MATCH_DISTANCE.pdq).length}; nearest pair: ${lowest(between)} bits`,
  );

  const copies: readonly (readonly [string, (picture: Rgba) => Buffer])[] = [
    ["compressed to quality 40", (picture) => encodeJpeg(picture, 40)],
    ["scaled to a half", (picture) => encodeJpeg(resize(picture, picture.width >> 1, picture.height >> 1), 80)],
    ["scaled to 200 by 200", (picture) => encodeJpeg(resize(picture, 200, 200), 80)],
  ];
  for (const [name, copyOf] of copies) {
    const bits = different.map((file, at) =>
      distanceTo(hashes[at] ?? new Uint32Array(8), 0, wordsOf(fingerprintOf(copyOf(decodeJpeg(file))).pdq ?? ""), 256),
    );
    const found = bits.filter((distance) => distance <= MATCH_DISTANCE.pdq).length;
    console.log(`  ${name}: ${found} of ${bits.length} found; median ${median(bits)}, farthest ${highest(bits)} bits`);
  }
}

async function measureIndex(size: number): Promise<void> {
  const words = new Uint32Array(size * 8);
  for (let row = 0; row < size; row++) words.set(wordsOf(generatedHash(row)), row * 8);
  const records: Records = { size, words, contentIds: new Uint32Array(size), bankIds: new Uint32Array(size) };

  const delays: number[] = [];
  let turnAt = performance.now();
  const timer = setInterval(() => {
    delays.push(performance.now() - turnAt);
    turnAt = performance.now();
  }, 1);
  const buildAt = performance.now();
  const index = pdqIndex(await buildPdqIndex(records, createPause()));
  const buildMs = performance.now() - buildAt;
  clearInterval(timer);

  const signals = Array.from({ length: LOOKUPS }, (_, at) => wordsOf(generatedHash(at * 4_999)));
  const timesOf = (count: number, find: (signal: Uint32Array) => unknown): number[] =>
    signals.slice(0, count).map((signal) => {
      const startedAt = performance.now();
      find(signal);
      return performance.now() - startedAt;
    });
  timesOf(LOOKUPS, index.find);
  const lookupMs = median(timesOf(LOOKUPS, index.find));
  const scanMs = median(timesOf(SCANS, (signal) => scanPdq(records, signal)));
  console.log(
    `index of ${size} hashes: built in ${buildMs.toFixed(0)} ms, longest turn ${highest(delays).toFixed(0)} ms`,
  );
  console.log(
    `  look-up ${lookupMs.toFixed(3)} ms, scan ${scanMs.toFixed(1)} ms (medians): ${(scanMs / lookupMs).toFixed(0)} times as fast`,
  );
}

function lowest(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Infinity);
}

function highest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

await main();
