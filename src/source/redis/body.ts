import { digestOf } from "../../option/digest.ts";
import { callOption } from "../call-option.ts";
import { SourceError } from "../source-error.ts";

/** Checks bytes before they are parsed. To reject them, it throws or returns `false`. */
export type Verify = (
  bytes: Uint8Array,
  note: { readonly revision: string },
) => boolean | void | PromiseLike<boolean | void>;

/** @throws SourceError of kind `protocol` for bytes that are not valid UTF-8 */
export function textOf(bytes: Uint8Array | undefined): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new SourceError("protocol", "the revision is not valid UTF-8", { cause });
  }
}

/** Returns the revision of a value without a version key: its SHA-256. */
export async function revisionOf(bytes: Uint8Array): Promise<string> {
  return `sha256:${await digestOf("sha256", bytes)}`;
}

/** Returns the value in the form that `parse` receives. An error of this function counts as an error of `parse`. */
export function bodyOf(bytes: Uint8Array, as: "json" | "text" | "bytes"): unknown {
  // The bytes of a client are often a view on a larger buffer. Without the copy, that buffer would stay in memory.
  if (as === "bytes") return new Uint8Array(bytes);
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  return as === "json" ? JSON.parse(text) : text;
}

/** @throws SourceError of kind `verify` if `verify` rejects the bytes */
export async function verifyBytes(verify: Verify, bytes: Uint8Array, note: { revision: string }): Promise<void> {
  const verdict = await callOption("verify", "verify rejected the value", () => verify(new Uint8Array(bytes), note));
  if (verdict === false) throw new SourceError("verify", "verify rejected the value");
}
