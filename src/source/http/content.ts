import type { ByteArray } from "../../option/byte-array.ts";
import { callOption } from "../call-option.ts";
import { partsOf, readAll, streamOf } from "./body.ts";
import { doubtOf } from "./complete.ts";
import { digestLike, digestsOf } from "./digest.ts";
import type { Answer, HttpSource } from "./http-source.ts";
import { failure, identityOf } from "./identity.ts";

/** A body that is read, or about to be. */
export interface Body {
  /** The whole body, after the check of its digests. A stream has none. */
  readonly bytes?: ByteArray;
  /** With `as: "stream"`. */
  readonly stream?: ReadableStream<Uint8Array>;
  /** Whether nothing is left of the stream. */
  readonly isRead?: () => boolean;
  /** Why it may be incomplete. JSON shows by itself that it is whole. */
  readonly doubt: string | undefined;
}

/**
 * Reads a body and proves it by its digests, those of the option and those of the answer.
 *
 * @throws SourceError for one that is empty, broken, too large, or not proven to be whole
 */
export async function bodyOf(answer: Answer, source: HttpSource<unknown>): Promise<Body> {
  const { as, digests } = source;
  // Each of them once, because an answer may repeat one a hundred times.
  const must = as === "stream" ? [] : [...new Set([...digests, ...digestsOf(answer.headers)])];
  const doubt = must.length ? undefined : doubtOf(answer);
  if (doubt && as !== "json") throw failure("incomplete", answer.url, doubt);
  const read = partsOf(answer, source);
  if (as === "stream") return { doubt, ...streamOf(read) };
  const bytes = await readAll(read);
  for (const digest of must)
    if ((await digestLike(digest, bytes)) !== digest) throw failure("digest", answer.url, `does not match ${digest}`);
  return { bytes, doubt };
}

/**
 * Makes the value of a body: `verify`, then the form, then `parse`.
 *
 * @throws SourceError of the kind of the step that refused it
 */
export async function valueOf<T>(
  { headers, url }: Answer,
  { as, parse, verify }: HttpSource<T>,
  { bytes, stream, isRead, doubt }: Body,
  revision: string | undefined,
): Promise<T> {
  const rejectedBy = (option: string): string => `${identityOf(url)} was rejected by ${option}`;
  if (bytes && verify) {
    const verdict = await callOption("verify", rejectedBy("verify"), () => verify(bytes, { headers, revision }));
    if (verdict === false) throw failure("verify", url, "was rejected by verify");
  }
  let form: unknown = stream ?? bytes;
  if (bytes && as !== "bytes")
    try {
      form = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      if (as === "json") form = JSON.parse(String(form));
    } catch (cause) {
      throw failure("parse", url, `is not valid ${as} in UTF-8`, { cause });
    }
  // Half of a number is a number too. No other JSON stays valid if it is cut.
  if (doubt && typeof form === "number") throw failure("incomplete", url, doubt);
  const value = await callOption("parse", rejectedBy("parse"), () =>
    // SAFETY: without parse the value is the form, and the types of the sources say so.
    parse ? parse(form, { headers, url: url.href, revision }) : (form as T),
  );
  if (isRead?.() === false) throw failure("incomplete", url, "was not read to its end by parse");
  return value;
}
