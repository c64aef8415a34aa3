import type { Luma } from "./image.ts";
import { hexOf } from "./signal-type.ts";

/** The picture is looked at in so many by so many cells … */
const SIDE = 64;
/** … and described by its lowest frequencies, so many in each direction: 256 bits. */
const FREQUENCIES = 16;
/** A picture whose brightness varies less than this, of 255, has nothing to be recognised by. */
const LEAST_DEVIATION = 2;

/** The cosines of frequency 1 to 16 over 64 cells, a row for each frequency. */
const COSINES = Float64Array.from({ length: FREQUENCIES * SIDE }, (_, at) => {
  const frequency = Math.floor(at / SIDE) + 1;
  return Math.cos((Math.PI / SIDE) * frequency * ((at % SIDE) + 0.5));
});

/**
 * A perceptual hash in PDQ's format, 64 hex digits: the picture is averaged down to 64 by 64 cells,
 * taken to frequencies by a cosine transform, and each of the 256 lowest is one bit, set if it is above
 * the median of them all. Copies that were scaled or compressed differ in a few bits, different pictures
 * in about half.
 *
 * @returns `undefined` for a picture that is as good as blank
 */
export function pdqOf(picture: Luma): string | undefined {
  const cells = averageDown(picture);
  if (deviationOf(cells) < LEAST_DEVIATION) return undefined;
  const strengths = lowFrequencies(cells);
  const median = Float64Array.from(strengths).sort()[strengths.length / 2] ?? 0;
  const words = new Uint32Array(strengths.length / 32);
  strengths.forEach((strength, bit) => {
    if (strength >= median) words[bit >>> 5] = (words[bit >>> 5] ?? 0) | (1 << (31 - (bit & 31)));
  });
  return hexOf(words);
}

function averageDown({ width, height, pixels }: Luma): Float64Array {
  const narrow = averageRows(pixels, width, height);
  // The same again on the other axis, by way of the transposed picture.
  return transpose(averageRows(transpose(narrow, SIDE, height), height, SIDE), SIDE, SIDE);
}

/** Averages every row of `length` values to 64; a value on the border of two cells counts for both in part. */
function averageRows(values: ArrayLike<number>, length: number, rows: number): Float64Array {
  const averages = new Float64Array(rows * SIDE);
  const step = length / SIDE;
  for (let cell = 0; cell < SIDE; cell++) {
    const from = cell * step;
    const to = Math.min(from + step, length);
    for (let at = Math.floor(from); at < to; at++) {
      const weight = (Math.min(to, at + 1) - Math.max(from, at)) / step;
      for (let row = 0; row < rows; row++) {
        const target = row * SIDE + cell;
        averages[target] = (averages[target] ?? 0) + (values[row * length + at] ?? 0) * weight;
      }
    }
  }
  return averages;
}

function transpose(values: Float64Array, columns: number, rows: number): Float64Array {
  const turned = new Float64Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) turned[column * rows + row] = values[row * columns + column] ?? 0;
  return turned;
}

function deviationOf(cells: Float64Array): number {
  let sum = 0;
  let squares = 0;
  for (const cell of cells) {
    sum += cell;
    squares += cell * cell;
  }
  const mean = sum / cells.length;
  return Math.sqrt(Math.max(0, squares / cells.length - mean * mean));
}

/** The cosine transform of 64 by 64 cells, first along the rows, then along the columns. */
function lowFrequencies(cells: Float64Array): Float64Array {
  const across = project(cells, SIDE);
  return project(transpose(across, FREQUENCIES, SIDE), FREQUENCIES);
}

/** Each row of 64 values as its 16 lowest frequencies. */
function project(values: Float64Array, rows: number): Float64Array {
  const strengths = new Float64Array(rows * FREQUENCIES);
  for (let row = 0; row < rows; row++)
    for (let frequency = 0; frequency < FREQUENCIES; frequency++) {
      let sum = 0;
      for (let at = 0; at < SIDE; at++) sum += (values[row * SIDE + at] ?? 0) * (COSINES[frequency * SIDE + at] ?? 0);
      strengths[row * FREQUENCIES + frequency] = sum;
    }
  return strengths;
}
