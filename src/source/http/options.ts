import type { ByteArray } from "../../option/byte-array.ts";
import type { ByteSize } from "../../option/byte-size.ts";
import { toBytes } from "../../option/byte-size.ts";
import { checkOptions } from "../../option/check-options.ts";
import { toMs, type Duration } from "../../option/duration.ts";
import { checkFunction, invalidOption } from "../../option/invalid-option.ts";
import {
  NO_HEADERS,
  type AnswerNote,
  type BodyForms,
  type FetchLike,
  type HeadersLike,
  type HttpSource,
} from "./http-source.ts";

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
  /**
   * How long each answer may take until its status and headers have arrived. The function `headers` has the same limit.
   * @default "10s"
   */
  readonly headTimeout?: Duration;
  /** How long the body may be silent. @default "30s" */
  readonly idleTimeout?: Duration;
}

/** The options of `fromHttp()`. */
export interface HttpOptions<T, A extends keyof BodyForms = "json"> extends RequestOptions<T, A> {
  /**
   * Returns the time at which the content was known to be correct: a `Date` or epoch ms. After a 304, it is called with
   * the current value. If it returns `undefined`, the default is used. `false` ignores the header `age`.
   * @default the time of the request minus the header `age`
   */
  readonly asOf?: false | ((value: NoInfer<T>, headers: Headers) => Date | number | undefined);
  /**
   * The digest that the content must have: `"sha256:…"` or `"sha512:…"` in hexadecimal, or the value of a header
   * `repr-digest` (RFC 9530). Not allowed with `as: "stream"`.
   */
  readonly digest?: string;
  /** Whether a store may keep the value although the answer says `cache-control: no-store`. @default false */
  readonly keepNoStore?: boolean;
  /**
   * Any method except HEAD. With another method than GET, no condition is sent and no redirect is followed. @default
   * "GET"
   */
  readonly method?: string;
  /** The body of the request. With the method GET, `fromHttp()` throws a TypeError. */
  readonly body?: string | ByteArray;
}

/** The options that only one source has. */
interface OwnOptions {
  /** Names of options for which `undefined` means that they are left out. */
  readonly parts: readonly string[];
  /** Names of options for which `undefined` is refused. */
  readonly limits: readonly string[];
  /** What the option `as` may be. */
  readonly forms: readonly string[];
}

/**
 * Checks the options that all HTTP sources have.
 *
 * @throws TypeError with a code
 */
export function checkRequest<T, A extends keyof BodyForms, O extends RequestOptions<T, A>>(
  where: string,
  given: O,
  url: URL,
  { parts, limits, forms }: OwnOptions,
): readonly [source: HttpSource<T>, options: O] {
  const options = checkOptions(
    where,
    given,
    ["parse", "verify", "headers", "fetch", ...parts],
    ["as", "maxBytes", "headTimeout", "idleTimeout", ...limits],
  );
  const { as = "json", parse, verify, headers = NO_HEADERS, fetch } = options;
  const { headTimeout = 10_000, idleTimeout = 30_000, maxBytes = 2 ** 26 } = options;
  if (!forms.includes(as)) invalidOption("as", as, `one of ${forms.join(", ")}`);
  if (!isHeaders(headers))
    invalidOption("headers", headers, "an object, a Headers, pairs, or a function that gives one of them");
  for (const [name, part] of Object.entries({ parse, verify, fetch }))
    if (part !== undefined) checkFunction(name, part);
  const source: HttpSource<T> = {
    url,
    method: "GET",
    body: undefined,
    headers,
    fetch,
    headMs: toMs("headTimeout", headTimeout, 1),
    idleMs: toMs("idleTimeout", idleTimeout, 1),
    maxBytes: toBytes("maxBytes", maxBytes),
    as,
    parse,
    verify,
    digests: [],
    isConditional: false,
  };
  return [source, options];
}

/** Checks only the kind. Each load checks the content, as it does for the result of a function. */
function isHeaders(given: unknown): boolean {
  try {
    return typeof given === "function" || (typeof given === "object" && given !== null && Boolean({ ...given }));
  } catch {
    // A Proxy may throw any error.
    return false;
  }
}
