import { invalidOption } from "../../option/invalid-option.ts";
import { digestOf, hexOf } from "../../option/digest.ts";

const HEX = /^sha(?:256:[\da-f]{64}|512:[\da-f]{128})$/i;
// RFC 9530, 2: a dictionary of byte sequences. Other algorithms, and what is no digest, are ignored.
const FIELD = /\bsha-(256=:[\w+/]{43}=|512=:[\w+/]{86}==):/g;

/** The digests that a field of RFC 9530 names, as `sha256:` or `sha512:` and hexadecimal digits. */
function digestsIn(field: string): string[] {
  return [...field.matchAll(FIELD)].map(([, text = ""]) => {
    const hex = hexOf(Uint8Array.from(atob(text.slice(5)), (char) => char.charCodeAt(0)));
    return `sha${text.slice(0, 3)}:${hex}`;
  });
}

/** The digests that an answer announces. With a coding, there is none for the decoded content. */
export function digestsOf(headers: Headers): string[] {
  return headers.has("content-encoding")
    ? []
    : digestsIn(`${headers.get("repr-digest")},${headers.get("content-digest")}`);
}

/** The option `digest` in one form. @throws TypeError for what is no digest */
export function toDigests(given: string): string[] {
  const digests = HEX.test(given) ? [given.toLowerCase()] : digestsIn(given);
  return digests.length
    ? digests
    : invalidOption("digest", given, '"sha256:" or "sha512:" and hexadecimal digits, or a value of repr-digest');
}

/** The digest of some bytes, in the form of `like`. */
export async function digestLike(like: string, bytes: Uint8Array): Promise<string> {
  const name = like.startsWith("sha512") ? "sha512" : "sha256";
  return `${name}:${await digestOf(name, bytes)}`;
}
