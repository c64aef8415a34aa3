import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import type { Rgba } from "../signal/rgba.ts";

export function decodeJpeg(file: Uint8Array): Rgba {
  return jpeg.decode(file, { useTArray: true, formatAsRGBA: true });
}

export function encodePng({ width, height, data }: Rgba): Buffer {
  const png = new PNG({ width, height });
  png.data = Buffer.from(data);
  return PNG.sync.write(png);
}

/** Scales to any size, each new pixel the mean of what it covers of the old ones. */
export function resize(picture: Rgba, width: number, height: number): Rgba {
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < 4; channel++)
        data[(y * width + x) * 4 + channel] = Math.round(
          meanOf(picture, x / width, (x + 1) / width, y / height, (y + 1) / height, channel),
        );
  return { width, height, data };
}

function meanOf(
  { width, height, data }: Rgba,
  left: number,
  right: number,
  top: number,
  bottom: number,
  channel: number,
): number {
  let sum = 0;
  let weights = 0;
  for (let y = Math.floor(top * height); y < Math.min(height, bottom * height); y++)
    for (let x = Math.floor(left * width); x < Math.min(width, right * width); x++) {
      const wide = Math.min(right * width, x + 1) - Math.max(left * width, x);
      const high = Math.min(bottom * height, y + 1) - Math.max(top * height, y);
      sum += (data[(y * width + x) * 4 + channel] ?? 0) * wide * high;
      weights += wide * high;
    }
  return weights === 0 ? 0 : sum / weights;
}
