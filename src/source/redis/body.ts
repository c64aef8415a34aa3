import { digestOf } from "../../option/digest.ts";
import { callOption } from "../call-option.ts";
import { SourceError } from "../source-error.ts";

/** Looks at bytes before they are parsed. Throwing, or `false`, refuses them. */
export type Verify = (
  bytes: Uint8Array,
  note: { readonly revision: string },
) => boolean | void | PromiseLike<boolean | void>;

/** @throws SourceError of kind `protocol` for bytes that are no UTF-8 */
export function textOf(bytes: Uint8Array | undefined): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new SourceError("protocol", "the revision is not valid UTF-8", { cause });
  }
}

/** The revision of a value that has no other. */
export async function revisionOf(bytes: Uint8Array): Promise<string> {
  return `sha256:${await digestOf("sha256", bytes)}`;
}

/** The value in the form that `parse` wants. What it throws fails the load as `parse` does. */
export function bodyOf(bytes: Uint8Array, as: "json" | "text" | "bytes"): unknown {
  // A client's bytes are often a window on a larger buffer, which would stay in memory with them.
  if (as === "bytes") return new Uint8Array(bytes);
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  return as === "json" ? JSON.parse(text) : text;
}

/** @throws SourceError of kind `verify` for bytes that were refused */
export async function verifyBytes(verify: Verify, bytes: Uint8Array, note: { revision: string }): Promise<void> {
  const verdict = await callOption("verify", "verify rejected the value", () => verify(new Uint8Array(bytes), note));
  if (verdict === false) throw new SourceError("verify", "verify rejected the value");
}
