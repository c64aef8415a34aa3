import type { Rgba } from "../signal/rgba.ts";

const WIDTH = 256;
const HEIGHT = 192;
const SHAPES = 14;

type Colour = readonly [red: number, green: number, blue: number];

/** Draws a picture of overlapping shapes on a slope of two colours: the same for a number on every machine. */
export function drawPicture(ordinal: number): Rgba {
  const next = createChance(ordinal);
  const data = new Uint8Array(WIDTH * HEIGHT * 4).fill(255);
  const colour = (): Colour => [next() * 255, next() * 255, next() * 255];
  const [from, to, tilt] = [colour(), colour(), next()];
  paint(data, (x, y) => {
    const share = tilt * (x / WIDTH) + (1 - tilt) * (y / HEIGHT);
    return [mix(from[0], to[0], share), mix(from[1], to[1], share), mix(from[2], to[2], share)];
  });
  for (let shape = 0; shape < SHAPES; shape++) {
    const ink = colour();
    const [left, top] = [next() * WIDTH, next() * HEIGHT];
    const [wide, high] = [(0.05 + next() * 0.3) * WIDTH, (0.05 + next() * 0.3) * HEIGHT];
    const isRound = next() < 0.5;
    paint(data, (x, y) => {
      const [across, down] = [Math.abs(x - left) / wide, Math.abs(y - top) / high];
      return (isRound ? across * across + down * down < 1 : across < 1 && down < 1) ? ink : undefined;
    });
  }
  return { width: WIDTH, height: HEIGHT, data };
}

function paint(data: Uint8Array, colourAt: (x: number, y: number) => Colour | undefined): void {
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++) {
      const colour = colourAt(x, y);
      if (colour) data.set(colour, (y * WIDTH + x) * 4);
    }
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

/** Numbers from 0 to 1 that follow from the seed alone. */
function createChance(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e37_79b1);
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
