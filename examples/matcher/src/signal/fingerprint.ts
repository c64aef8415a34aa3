import { createHash } from "node:crypto";
import { decodeLuma } from "./image.ts";
import { pdqOf } from "./pdq.ts";

/** The signals of one image file. */
export interface Fingerprint {
  /** Of the file's bytes: finds the same file only. */
  readonly md5: string;
  /** Of the picture: finds copies too. `undefined` for one that is as good as blank. */
  readonly pdq: string | undefined;
}

/**
 * Both signals of a PNG or JPEG file. Holds the event loop for a few milliseconds.
 *
 * @throws MalformedError for a file that cannot be decoded
 */
export function fingerprintOf(file: Uint8Array): Fingerprint {
  return { md5: createHash("md5").update(file).digest("hex"), pdq: pdqOf(decodeLuma(file)) };
}
