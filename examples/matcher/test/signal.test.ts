import { expect, test } from "vitest";
import { fingerprintOf, type Fingerprint } from "../src/signal/fingerprint.ts";
import { bitCount } from "../src/signal/hamming.ts";
import { MalformedError, parseSignal, wordsOf } from "../src/signal/signal-type.ts";
import { decodeJpeg, encodePng, resize } from "../src/measure/copy.ts";
import { generatedPictures } from "../src/seed/picture-files.ts";
import { encodeJpeg, type Rgba } from "../src/signal/rgba.ts";

function distance(a: Fingerprint, b: Fingerprint): number {
  if (a.pdq === undefined || b.pdq === undefined) return 256;
  const other = wordsOf(b.pdq);
  return wordsOf(a.pdq).reduce((sum, word, at) => sum + bitCount(word ^ (other[at] ?? 0)), 0);
}

const files = generatedPictures(40);
const pictures = files.map((file) => ({ file, rgba: decodeJpeg(file), print: fingerprintOf(file) }));

const copies: readonly (readonly [string, (picture: Rgba) => Buffer])[] = [
  ["compressed to a quality of 40", (picture) => encodeJpeg(picture, 40)],
  ["saved as a PNG", encodePng],
  ["scaled to a half", (picture) => encodeJpeg(resize(picture, picture.width >> 1, picture.height >> 1), 80)],
  ["scaled to a square of 200 pixels", (picture) => encodeJpeg(resize(picture, 200, 200), 80)],
  [
    "enlarged to one and a half",
    (picture) => encodeJpeg(resize(picture, Math.round(picture.width * 1.5), Math.round(picture.height * 1.5)), 80),
  ],
];

test.each(copies)("a picture's copy, %s, is within 31 bits of it", (_, copyOf) => {
  const distances = pictures.map(({ rgba, print }) => distance(print, fingerprintOf(copyOf(rgba))));
  expect(Math.max(...distances)).toBeLessThanOrEqual(31);
});

test("a copy has another md5", () => {
  for (const { rgba, print } of pictures.slice(0, 5))
    expect(fingerprintOf(encodeJpeg(rgba, 80)).md5).not.toBe(print.md5);
});

test("different pictures are more than 31 bits apart", () => {
  const different = new Map(pictures.map(({ print }) => [print.pdq, print]));
  const prints = [...different.values()];
  const near = prints.flatMap((a, at) => prints.slice(0, at).map((b) => distance(a, b))).filter((bits) => bits <= 31);
  expect(prints.length).toBeGreaterThan(30);
  expect(near).toEqual([]);
});

test("a blank picture has no perceptual hash, for it would match every other blank one", () => {
  const blank = encodePng({ width: 80, height: 60, data: new Uint8Array(80 * 60 * 4).fill(255) });
  expect(fingerprintOf(blank).pdq).toBeUndefined();
});

test("what is transparent counts as laid on white", () => {
  const [first] = pictures;
  const onWhite = Uint8Array.from(first?.rgba.data ?? [], (byte, at) => (at % 4 !== 3 && at < 40_000 ? 255 : byte));
  const clear = Uint8Array.from(first?.rgba.data ?? [], (byte, at) => (at % 4 === 3 && at < 40_000 ? 0 : byte));
  const size = { width: first?.rgba.width ?? 0, height: first?.rgba.height ?? 0 };
  expect(fingerprintOf(encodePng({ ...size, data: clear })).pdq).toBe(
    fingerprintOf(encodePng({ ...size, data: onWhite })).pdq,
  );
});

test.each([
  ["no image", Buffer.from("GIF89a")],
  ["nothing", Buffer.alloc(0)],
  ["a PNG that breaks off", encodePng({ width: 8, height: 8, data: new Uint8Array(256) }).subarray(0, 40)],
  ["a JPEG that breaks off", (files[0] ?? Buffer.alloc(0)).subarray(0, 300)],
  ["a PNG that claims to be huge", hugePng()],
])("%s is refused with a message", (_, file) => {
  expect(() => fingerprintOf(file)).toThrow(MalformedError);
});

function hugePng(): Buffer {
  const png = encodePng({ width: 8, height: 8, data: new Uint8Array(256) });
  png.writeUInt32BE(60_000, 16);
  png.writeUInt32BE(60_000, 20);
  return png;
}

test("a signal is read in either case, and refused by name of what is wrong", () => {
  expect(parseSignal("md5", ` ${"AB".repeat(16)} `).hex).toBe("ab".repeat(16));
  expect(() => parseSignal("sha1", "ab")).toThrow("signal_type must be one of md5, pdq");
  expect(() => parseSignal(undefined, "ab")).toThrow("signal_type must be one of md5, pdq");
  expect(() => parseSignal("pdq", "ab")).toThrow("signal must be 64 hex digits for signal_type pdq");
  expect(() => parseSignal("md5", "xy".repeat(16))).toThrow("signal must be 32 hex digits for signal_type md5");
});
