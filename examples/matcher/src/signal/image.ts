import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import { MalformedError } from "./signal-type.ts";

/** A picture as its brightness, 0 to 255 a pixel, row by row. */
export interface Luma {
  readonly width: number;
  readonly height: number;
  readonly pixels: Float32Array;
}

/** Decoding holds the event loop; more than this would make the probes wait. */
const MAX_MEGAPIXELS = 4;

/**
 * Decodes a PNG or JPEG to its brightness. What is transparent counts as laid on white.
 *
 * @throws MalformedError for anything else, for a broken file, and past four megapixels
 */
export function decodeLuma(bytes: Uint8Array): Luma {
  const { width, height, data } = decode(bytes);
  const pixels = new Float32Array(width * height);
  for (let at = 0; at < pixels.length; at++) {
    const red = data[at * 4] ?? 0;
    const green = data[at * 4 + 1] ?? 0;
    const blue = data[at * 4 + 2] ?? 0;
    const alpha = (data[at * 4 + 3] ?? 255) / 255;
    pixels[at] = (0.299 * red + 0.587 * green + 0.114 * blue) * alpha + 255 * (1 - alpha);
  }
  return { width, height, pixels };
}

interface Rgba {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

function decode(bytes: Uint8Array): Rgba {
  const decoder = isPng(bytes) ? decodePng : isJpeg(bytes) ? decodeJpeg : undefined;
  if (!decoder) throw new MalformedError("the file is neither a PNG nor a JPEG");
  try {
    return decoder(bytes);
  } catch (error) {
    if (error instanceof MalformedError) throw error;
    throw new MalformedError(`the image cannot be decoded, or has more than ${MAX_MEGAPIXELS} megapixels`, {
      cause: error,
    });
  }
}

function isPng(bytes: Uint8Array): boolean {
  return bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47;
}

function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/** The header names the size before a pixel is unpacked: a small file can hold a huge picture. */
function decodePng(bytes: Uint8Array): Rgba {
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (header.getUint32(16) * header.getUint32(20) > MAX_MEGAPIXELS * 1e6)
    throw new MalformedError(`the image has more than ${MAX_MEGAPIXELS} megapixels`);
  return PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

function decodeJpeg(bytes: Uint8Array): Rgba {
  return jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: true,
    maxResolutionInMP: MAX_MEGAPIXELS,
    maxMemoryUsageInMB: 256,
  });
}
