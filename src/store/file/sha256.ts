import { createHash } from "node:crypto";
import { digestOf } from "../../option/digest.ts";

/** The SHA-256 of bytes in hex, in slices on every version of Node. */
export function sha256Of(bytes: Uint8Array): Promise<string> {
  return digestOf("sha256", bytes, createHash);
}
