import jpeg from "jpeg-js";

/** Pixels, four bytes each. */
export interface Rgba {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** @param quality 1 to 100 */
export function encodeJpeg({ width, height, data }: Rgba, quality: number): Buffer {
  return Buffer.from(jpeg.encode({ width, height, data: Buffer.from(data) }, quality).data);
}
