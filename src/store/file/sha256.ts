import { createHash } from "node:crypto";

/** So many bytes take about a millisecond. */
const SLICE_BYTES = 2 ** 20;

/**
 * The SHA-256 of bytes in hex. They are hashed in slices, and between two slices other work runs. WebCrypto would copy
 * all of them first, on the main thread.
 */
export async function sha256Of(bytes: Uint8Array): Promise<string> {
  const hash = createHash("sha256");
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    if (at > 0) await new Promise((resolve) => setImmediate(resolve));
    hash.update(bytes.subarray(at, at + SLICE_BYTES));
  }
  return hash.digest("hex");
}
