import { invalidOption } from "../../option/invalid-option.ts";
import { toList } from "../../option/to-list.ts";
import type { LoadContext } from "../../resource/options.ts";
import { toLoaded, toUnchanged, type Loaded, type Unchanged } from "../../resource/outcome.ts";
import type { VersionedLoader } from "../versioned-loader.ts";
import { vouchedAt } from "./age.ts";
import { bodyOf, valueOf } from "./content.ts";
import { NO_HEADERS, type BodyForms } from "./http-source.ts";
import { failure, identityOf, toUrl, urlOf } from "./identity.ts";
import { checkRequest, type RequestOptions } from "./options.ts";
import { ask } from "./request.ts";

/** The options of `fromPointer()`. The headers are sent only to the origin of the pointer. */
export interface PointerOptions<T, A extends "json" | "text" | "bytes" = "json"> extends RequestOptions<T, A> {
  /** Other allowed origins of an object, such as `"https://cdn.example"`. @default none */
  readonly origins?: readonly string[];
}

/** Where the object of a revision lies, and its size. */
interface Named {
  readonly url: URL;
  readonly bytes: number;
}

/** The largest pointer. It must be small, because each poll fetches it. */
const MOST_POINTER_BYTES = 65_536;

/** The number of objects whose addresses are remembered, so that a rollout can go back. */
const MOST_NAMED = 8;

/**
 * Creates a loader with two steps, for S3, R2, GCS and Azure. It fetches a small JSON document, `{ url, sha256, bytes,
 * asOf }`. It fetches the object at `url` only if `sha256` has changed, and checks its digest and size. Creating it
 * does nothing.
 *
 * - `url` may be relative to the pointer. It must use `https:` or the scheme of the pointer. Its origin must be the
 *   origin of the pointer or one of `origins`.
 * - `asOf` is optional: epoch ms or an ISO date. Without it, the `age` header of the pointer is used.
 *
 * A load fails with the errors of `fromHttp()`. It also fails with a `SourceError` if the document is not valid, or if
 * the digest or the size of the object is wrong.
 *
 * @param pointer an absolute URL, `http:` or `https:`, without user and password
 * @throws TypeError with a code for a wrong option
 * @example
 * const index = health.resource("index", {
 *   load: fromPointer("https://bucket.example/index/latest.json", { as: "bytes", parse: (bytes) => toIndex(bytes) }),
 *   refreshEvery: "30s",
 * });
 */
export function fromPointer<T, A extends "json" | "text" | "bytes" = "json">(
  pointer: string | URL,
  options: PointerOptions<T, A> & Required<Pick<PointerOptions<T, A>, "parse">>,
): VersionedLoader<T>;
/** Without `parse`, the value is the body of the object: any JSON value, a string or bytes. */
export function fromPointer<A extends "json" | "text" | "bytes" = "json">(
  pointer: string | URL,
  options?: PointerOptions<A extends "json" ? unknown : BodyForms[A], A> & { readonly parse?: undefined },
): VersionedLoader<A extends "json" ? unknown : BodyForms[A]>;
export function fromPointer<T, A extends "json" | "text" | "bytes">(
  pointer: string | URL,
  givenOptions: PointerOptions<T, A> = {},
): VersionedLoader<T> {
  const home = toUrl(pointer);
  const [source, { origins = [] }] = checkRequest<T, A, PointerOptions<T, A>>("fromPointer()", givenOptions, home, {
    parts: [],
    limits: ["origins"],
    forms: ["json", "text", "bytes"],
  });
  const list = toList("origins", origins, "a list of origins");
  if (typeof origins !== "object" || origins === null) invalidOption("origins", origins, "a list of origins");
  const allowed = [home, ...list.map(toUrl)].map(({ origin }) => origin);
  const named = new Map<string, Named>();
  const pointing = {
    ...source,
    as: "json" as const,
    parse: undefined,
    verify: undefined,
    maxBytes: MOST_POINTER_BYTES,
  };

  const version = (context: LoadContext): Promise<{ revision: string; asOf: number | undefined; digest: string }> =>
    ask(pointing, context, async (answer) => {
      const document = await valueOf<unknown>(answer, pointing, await bodyOf(answer, pointing), undefined);
      // SAFETY: each is looked at before it is used.
      const { url, sha256, bytes, asOf } = Object(document) as Readonly<Record<string, unknown>>;
      const vouched = asOf === undefined || asOf === null ? vouchedAt(answer.headers, answer.sentAt) : toEpoch(asOf);
      const to = typeof url === "string" ? urlOf(url, home) : undefined;
      const revision = typeof sha256 === "string" && /^[\da-f]{64}$/i.test(sha256) ? sha256.toLowerCase() : undefined;
      if (!to || !revision || typeof bytes !== "number" || !(bytes > 0) || Number.isNaN(vouched))
        throw failure("parse", home, "is not a pointer { url, sha256, bytes, asOf }");
      if ((to.protocol !== "https:" && to.protocol !== home.protocol) || !allowed.includes(to.origin))
        throw failure("protocol", home, `points to ${identityOf(to)}, which is not of its origin or of origins`);
      named.delete(revision);
      named.set(revision, { url: to, bytes });
      for (const oldest of named.keys()) if (named.size > MOST_NAMED) named.delete(oldest);
      return { revision, asOf: vouched, digest: `sha256:${revision}` };
    });

  const at = async (revision: string, context: LoadContext): Promise<T> => {
    const known = named.get(revision);
    if (!known) throw failure("missing", home, `does not know the object of the revision ${revision}`);
    const { url, bytes } = known;
    if (bytes > source.maxBytes)
      throw failure("too-large", url, `has ${bytes} bytes, more than the ${source.maxBytes} of maxBytes`);
    const headers = url.origin === home.origin ? source.headers : NO_HEADERS;
    const object = { ...source, url, headers, maxBytes: bytes, digests: [`sha256:${revision}`] };
    return ask(object, context, async (answer) => {
      const content = await bodyOf(answer, object);
      if (content.bytes?.byteLength !== bytes) throw failure("incomplete", url, `has fewer than its ${bytes} bytes`);
      return valueOf(answer, object, content, revision);
    });
  };

  const load = async (context: LoadContext): Promise<Loaded<T> | Unchanged> => {
    const { revision, asOf } = await version(context);
    if (revision === context.revision) return toUnchanged({ asOf });
    if (revision === context.rejected) return toUnchanged({ revision });
    return toLoaded(await at(revision, context), { revision, asOf });
  };

  return Object.assign(load, { identity: identityOf(home), version, at });
}

/** A time in JSON: epoch ms or a date as text. */
function toEpoch(asOf: unknown): number {
  return typeof asOf === "number" ? asOf : typeof asOf === "string" ? Date.parse(asOf) : NaN;
}
