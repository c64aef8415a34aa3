import type { ByteArray } from "../../option/byte-array.ts";
import type { ByteSize } from "../../option/byte-size.ts";
import { toBytes } from "../../option/byte-size.ts";
import { checkOptions } from "../../option/check-options.ts";
import { toMs, type Duration } from "../../option/duration.ts";
import { checkFunction, invalidOption, propertyOf } from "../../option/invalid-option.ts";
import { NO_HEADERS, type FetchLike, type HeadersLike, type Target } from "./target.ts";

/** Any JSON value. */
export type Json = ReturnType<JSON["parse"]>;

/** The forms of a body. */
export interface BodyForms {
  /** Parsed JSON. */
  readonly json: Json;
  /** The body as UTF-8 text. */
  readonly text: string;
  /** The decoded bytes of the body. */
  readonly bytes: ByteArray;
  /** The body as a stream. */
  readonly stream: ReadableStream<Uint8Array>;
}

/** The second argument of `parse`. */
export interface AnswerNote {
  /** The headers of the answer. */
  readonly headers: Headers;
  /** The URL that answered, after redirects. */
  readonly url: string;
  /** The revision of the content. With `as: "stream"` it comes from the headers only. */
  readonly revision: string | undefined;
}

/** The options for a request and its body. */
export interface RequestOptions<T, A extends keyof BodyForms> {
  /**
   * The form of the body. Text and JSON must be UTF-8. A stream needs `parse`, which must read to the end.
   * @default "json"
   */
  readonly as?: A;
  /** Converts the body to the value. If it throws, the load fails with kind `parse`. */
  readonly parse?: (body: BodyForms[A], note: AnswerNote) => T | PromiseLike<T>;
  /**
   * Runs before `parse`. If it throws or returns `false`, the load fails with kind `verify`. Not allowed with `as:
   * "stream"`.
   */
  readonly verify?: (
    bytes: ByteArray,
    note: Pick<AnswerNote, "headers" | "revision">,
  ) => boolean | void | PromiseLike<boolean | void>;
  /** Sent with each request, but never to another origin. A function is called for each load. */
  readonly headers?: HeadersLike | (() => HeadersLike | PromiseLike<HeadersLike>);
  /** Your own `fetch`, for example to sign requests. @default the global `fetch` */
  readonly fetch?: FetchLike;
  /** The largest size of a body, after decompression. @default "64MiB" */
  readonly maxBytes?: ByteSize;
  /** How long the status and headers of each answer, and the function `headers`, may take. @default "10s" */
  readonly headTimeout?: Duration;
  /** How long the body may be silent. @default "30s" */
  readonly idleTimeout?: Duration;
}

/** The options of `fromHttp()`. */
export interface HttpOptions<T, A extends keyof BodyForms = "json"> extends RequestOptions<T, A> {
  /**
   * Returns the time at which the content was known to be correct: a `Date` or epoch ms. After a 304, it is called with
   * the current value. `false` ignores the header `age`.
   * @default the time of the request minus the header `age`. The same if it returns `undefined`.
   */
  readonly asOf?: false | ((value: NoInfer<T>, headers: Headers) => Date | number | undefined);
  /**
   * The digest that the content must have: `"sha256:…"` or `"sha512:…"` in hexadecimal, or a value of `repr-digest`.
   * Not allowed with `as: "stream"`.
   */
  readonly digest?: string;
  /** Whether a store may keep the value although the answer says `cache-control: no-store`. @default false */
  readonly keepNoStore?: boolean;
  /**
   * Any method except HEAD. With another method than GET, no condition is sent and no redirect is followed. @default
   * "GET"
   */
  readonly method?: string;
  /** The body of a request with another method than GET. */
  readonly body?: string | ByteArray;
}

/** Names of options for which `undefined` means that they are left out. */
export const PARTS: readonly string[] = ["parse", "verify", "headers", "fetch"];
/** Names of options for which `undefined` is refused. */
export const LIMITS: readonly string[] = ["as", "maxBytes", "headTimeout", "idleTimeout"];

/** How a body is read, with every default filled in. */
export interface Reading<T> {
  readonly as: keyof BodyForms;
  readonly parse: ((body: Json, note: AnswerNote) => T | PromiseLike<T>) | undefined;
  readonly verify: RequestOptions<T, "json">["verify"];
  readonly maxBytes: number;
  readonly idleMs: number;
  /** The digests that the content must have; with one, nothing else need prove that it is whole. */
  readonly digests: readonly string[];
}

/** Checks what all sources of HTTP take. @throws TypeError with a code */
export function checkRequest<T, A extends keyof BodyForms, O extends RequestOptions<T, A>>(
  where: string,
  given: O,
  url: URL,
  own: { readonly parts: readonly string[]; readonly limits: readonly string[] },
): { options: O; target: Target; reading: Reading<T> } {
  const options = checkOptions(where, given, [...PARTS, ...own.parts], [...LIMITS, ...own.limits]);
  const { as = "json", parse, verify, headers = NO_HEADERS, fetch } = options;
  const { headTimeout = 10_000, idleTimeout = 30_000, maxBytes = 2 ** 26 } = options;
  checkHeaders(headers);
  if (!["json", "text", "bytes", "stream"].includes(as)) invalidOption("as", as, '"json", "text", "bytes" or "stream"');
  for (const [name, part] of Object.entries({ parse, verify, fetch }))
    if (part !== undefined) checkFunction(name, part);
  if (as === "stream") {
    checkFunction("parse", parse, "a function that reads the stream to its end");
    for (const name of ["verify", "digest"]) {
      const proof = propertyOf(options, name);
      if (proof !== undefined)
        invalidOption(name, proof, 'it with as: "bytes", because it needs all bytes of the body');
    }
  }
  return {
    options,
    target: {
      url,
      method: "GET",
      body: undefined,
      headers,
      fetch,
      headMs: toMs("headTimeout", headTimeout, 1),
      identity: as !== "json",
    },
    reading: {
      as,
      parse,
      verify,
      maxBytes: toBytes("maxBytes", maxBytes),
      idleMs: toMs("idleTimeout", idleTimeout, 1),
      digests: [],
    },
  };
}

/** Checks only the kind. Each load checks the content, as it does for the result of a function. */
function checkHeaders(headers: unknown): void {
  if (typeof headers === "function") return;
  try {
    if (typeof headers === "object" && headers !== null && { ...headers }) return;
  } catch {
    // A Proxy may throw any error.
  }
  invalidOption("headers", headers, "names and values as an object, a Headers or pairs, or a function that gives them");
}
