import { checkFunction, invalidOption } from "../../option/invalid-option.ts";
import type { LoadContext } from "../../resource/options.ts";
import { toLoaded, toUnchanged, type Loaded, type Unchanged } from "../../resource/outcome.ts";
import { callOption } from "../call-option.ts";
import type { Version, VersionedLoader } from "../versioned-loader.ts";
import { vouchedAt } from "./age.ts";
import { bodyOf, valueOf, type Body } from "./content.ts";
import { digestLike, digestsOf, toDigests } from "./digest.ts";
import type { Answer, BodyForms } from "./http-source.ts";
import { identityOf, toUrl } from "./identity.ts";
import { isNoStore, warnNoStore } from "./no-store.ts";
import { checkRequest, type HttpOptions } from "./options.ts";
import { ask } from "./request.ts";
import { isSame } from "./revision.ts";

/**
 * Creates a loader for the content of a URL. It sends a conditional request, so that unchanged content is not
 * downloaded. If the answer comes from a cache, the time in the header `age` is added to the age of the value.
 *
 * Creating it does nothing. Each load sends one request and follows at most five redirects. A load fails with a
 * `SourceError`, for example for an error status, or for a body of more than `maxBytes` (64 MiB by default). If an
 * error answer has `retry-after`, the error is a `retryLater()` with that `SourceError` as its cause.
 *
 * @param url an absolute URL, `http:` or `https:`, without user and password
 * @throws TypeError with code HS_INVALID_OPTION or HS_UNKNOWN_OPTION for a wrong URL or option. `verify` and `digest`
 * cannot be combined with `as: "stream"`.
 * @example
 * const rates = health.resource("rates", {
 *   load: fromHttp("https://rates.example/v2.json", { parse: (json) => new Map(Object.entries(json)) }),
 *   refreshEvery: "30s",
 *   staleAfter: "65s",
 * });
 */
export function fromHttp<T, A extends keyof BodyForms = "json">(
  url: string | URL,
  options: HttpOptions<T, A> & Required<Pick<HttpOptions<T, A>, "parse">>,
): VersionedLoader<T>;
/** Without `parse`, the value is the body: any JSON value, a string or bytes. */
export function fromHttp<A extends "json" | "text" | "bytes" = "json">(
  url: string | URL,
  options?: HttpOptions<A extends "json" ? unknown : BodyForms[A], A> & { readonly parse?: undefined },
): VersionedLoader<A extends "json" ? unknown : BodyForms[A]>;
export function fromHttp<T, A extends keyof BodyForms>(
  given: string | URL,
  givenOptions: HttpOptions<T, A> = {},
): VersionedLoader<T> {
  const url = toUrl(given);
  const identity = identityOf(url);
  const [checked, options] = checkRequest<T, A, HttpOptions<T, A>>("fromHttp()", givenOptions, url, {
    parts: ["asOf", "keepNoStore", "body"],
    limits: ["digest", "method"],
    forms: ["json", "text", "bytes", "stream"],
  });
  const { asOf, keepNoStore = false, digest, body, verify } = options;
  const method = (options.method ?? "GET").toUpperCase();
  if (asOf) checkFunction("asOf", asOf, "a function or false");
  if (method === "HEAD") invalidOption("method", method, "a method whose answer has a body");
  if (method === "GET" && body !== undefined)
    invalidOption("method", method, "a method such as POST, because there is a body");
  if (checked.as === "stream") {
    checkFunction("parse", checked.parse, "a function that reads the stream to its end");
    for (const [name, proof] of Object.entries({ verify, digest }))
      if (proof !== undefined) invalidOption(name, proof, 'it with as: "bytes", because it needs the whole body');
  }
  const source = {
    ...checked,
    method,
    isConditional: method === "GET",
    body,
    digests: digest === undefined ? [] : toDigests(digest),
  };
  let told = false;

  const asOfOf = async (value: T, { headers, sentAt }: Answer): Promise<Date | number | undefined> =>
    asOf === false
      ? undefined
      : ((await callOption("parse", `${identity} was rejected by asOf`, () => asOf?.(value, headers))) ??
        vouchedAt(headers, sentAt));

  /** The outcome of a poll that brought nothing new; `undefined` for another revision. */
  const unchangedBy = async (
    revision: string | undefined,
    answer: Answer,
    context: LoadContext,
  ): Promise<Unchanged | undefined> => {
    if (isSame(revision, context.rejected)) return toUnchanged({ revision: context.rejected });
    if (!isSame(revision, context.revision)) return undefined;
    // SAFETY: a loader is used for one resource, whose value it made.
    return toUnchanged({ asOf: await asOfOf(context.previous as T, answer) });
  };

  const load = (context: LoadContext): Promise<Loaded<T> | Unchanged> =>
    ask(source, context, async (answer, announced) => {
      const confirmed = await unchangedBy(announced, answer, context);
      if (confirmed) return confirmed;
      const content = await bodyOf(answer, source);
      const revision = announced ?? (await digestIn(content));
      // Equal content is downloaded, but gives no new value.
      const equal = await unchangedBy(revision, answer, context);
      if (equal) return equal;
      const value = await valueOf(answer, source, content, revision);
      const keep = keepNoStore || !isNoStore(answer.headers);
      if (!keep && !told) {
        told = true;
        warnNoStore(identity);
      }
      return toLoaded(value, { revision, asOf: await asOfOf(value, answer), keep });
    });

  const version = (context: LoadContext): Promise<Version> =>
    ask(source, context, async (answer, announced) => ({
      // SAFETY: only a stream has no bytes, and here none is asked for.
      revision: announced ?? ((await digestIn(await bodyOf(answer, { ...source, as: "bytes" }))) as string),
      asOf: asOf === false ? undefined : vouchedAt(answer.headers, answer.sentAt),
      digest: digestsOf(answer.headers)[0],
    }));

  return Object.assign(load, { identity, version });
}

/** The revision of a body that has no other. */
async function digestIn({ bytes }: Body): Promise<string | undefined> {
  return bytes && digestLike("sha256", bytes);
}
