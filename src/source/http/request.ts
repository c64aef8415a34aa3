import { retryLater, waitAskedBy } from "../../resource/retry-later.ts";
import { SourceError, type SourceErrorKind } from "../source-error.ts";
import type { LoadContext } from "../../resource/options.ts";
import { createBounds, type Bounds } from "./bounds.ts";
import { conditionOf, revisionIn, type Condition } from "./condition.ts";
import { NO_HEADERS, type Answer, type FetchLike, type HeadersLike, type HttpSource } from "./http-source.ts";
import { broken, failure } from "./identity.ts";
import { redirectOf } from "./redirect.ts";
import { retryAfterOf } from "./retry-after.ts";

/** The most redirects that are followed. */
const MOST_REDIRECTS = 5;

/** The statuses that bring the content. Another 2xx has no content, a part of it, or only a promise. */
const WHOLE: readonly number[] = [200, 201, 203];

/** The kinds of error for statuses that are no failure and bring no content. */
const WITHOUT: Readonly<Record<number, SourceErrorKind>> = {
  204: "empty",
  205: "empty",
  206: "incomplete",
  // No condition was sent that it could confirm.
  304: "protocol",
};

/**
 * Sends the request, and passes the answer and its revision to `use`. When `use` is over, nothing of the request is
 * left: no timer, no listener, and no connection. If there is no body, or if `use` has read it, the connection can be
 * used again.
 */
export async function ask<R>(
  source: HttpSource<unknown>,
  context: LoadContext,
  use: (answer: Answer, announced: string | undefined) => Promise<R>,
): Promise<R> {
  const { isConditional } = source;
  const condition = conditionOf(isConditional ? context : {});
  const bounds = createBounds(context.signal);
  let response: Response | undefined;
  let whole = false;
  try {
    const answer = await send(source, condition, bounds);
    ({ response } = answer);
    const result = await use(answer, isConditional ? revisionIn(answer, condition, context) : undefined);
    whole = response.body === null || response.bodyUsed;
    return result;
  } catch (error) {
    // If the request was ended, the error is the reason of the end.
    if (bounds.signal.aborted) throw bounds.signal.reason;
    if (error instanceof SourceError || waitAskedBy(error) !== undefined) throw error;
    // A `fetch` of the user may return anything.
    throw broken("protocol", source.url, "did not answer as fetch does", error);
  } finally {
    bounds.end(whole);
    // A `fetch` of the user may ignore the signal.
    if (response && !whole) discard(response);
  }
}

async function send(source: HttpSource<unknown>, { name, sent }: Condition, bounds: Bounds): Promise<Answer> {
  const { method, body = null, headMs, as, digests } = source;
  const call: FetchLike = source.fetch ?? fetch;
  let { url } = source;
  const orLate = <R>(promise: PromiseLike<R>): Promise<R> =>
    bounds.within(promise, headMs, () => failure("timeout", url, `did not answer within ${headMs} ms`));
  const own = {
    ...(sent.length && { [name]: sent.join(", ") }),
    // Only JSON and a digest show whether a coded body is whole.
    ...(as !== "json" && !digests.length && { "accept-encoding": "identity" }),
  };
  // Without headers of the user's, a plain object: on Node a Headers costs a tenth of a whole poll.
  const isBare = source.headers === NO_HEADERS && !source.fetch;
  // Awaited in both cases: without a turn before it, an abort after a redirect leaves a connection open on Node 20.
  let headers = await (isBare ? own : headersOf(source, own, orLate));
  for (let redirects = 0; ; redirects++) {
    const sentAt = Date.now();
    let response: Response;
    try {
      bounds.signal.throwIfAborted();
      const init: RequestInit = { method, headers, body, redirect: "manual", signal: bounds.signal, ...cacheInit() };
      const pending = call(url.href, init);
      // Nobody reads an answer that comes after the end.
      pending.then(
        (came) => bounds.signal.aborted && discard(came),
        () => {},
      );
      response = await orLate(pending);
    } catch (error) {
      throw broken("network", url, "cannot be reached", error);
    }
    const { status } = response;
    const answer = { response, headers: response.headers, url, sentAt, bounds };
    if (WHOLE.includes(status) || (status === 304 && sent.length)) return answer;
    discard(response);
    const isTooMany = redirects === MOST_REDIRECTS && `another URL after ${MOST_REDIRECTS} redirects`;
    const next = redirectOf(
      response,
      url,
      method !== "GET" ? `another URL, which ${method} does not follow` : isTooMany,
    );
    if (!next) throw refused(answer);
    if (next.origin !== url.origin) headers = new Headers(own);
    url = next;
  }
}

/** The headers of the user, and our own over them. */
async function headersOf(
  { url, headers }: HttpSource<unknown>,
  own: Readonly<Record<string, string>>,
  orLate: (promise: PromiseLike<HeadersLike>) => Promise<HeadersLike>,
): Promise<Headers> {
  let given: HeadersLike;
  try {
    given = typeof headers === "function" ? await orLate(Promise.resolve().then(headers)) : headers;
  } catch (cause) {
    throw broken("request", url, "cannot be asked: headers threw", cause);
  }
  try {
    // SAFETY: an iterable gives pairs, and Headers rejects anything else. An array, because some platforms accept no
    // other.
    const all = new Headers(Symbol.iterator in given ? ([...given] as [string, string][]) : { ...given });
    for (const [name, value] of Object.entries(own)) all.set(name, value);
    return all;
  } catch {
    // The error of the platform would contain the value, which may be a secret.
    throw failure("request", url, "cannot be asked: headers gave an invalid header");
  }
}

/** The error for a status that brings no content. */
function refused({ response: { status }, headers, url }: Answer): Error {
  const retryAfter = status >= 400 ? retryAfterOf(headers) : undefined;
  const error = failure(WITHOUT[status] ?? "status", url, `answered ${status}`, { status, retryAfter });
  return retryAfter ? retryLater(retryAfter, error) : error;
}

/** Lets go of a body that nobody reads. */
export function discard(response: Response): void {
  try {
    // A body that is being read throws here. Its reader cancels it.
    response.body?.cancel().catch(() => {});
  } catch {
    // It is no web stream, or no answer at all.
  }
}

let takesCache: boolean | undefined;

/** Old Workers throw for a `cache` that they do not know. */
function cacheInit(): { readonly cache?: "no-store" } {
  if (takesCache === undefined)
    try {
      takesCache = Boolean(new Request("http://localhost", { cache: "no-store" }));
    } catch {
      takesCache = false;
    }
  return takesCache ? { cache: "no-store" } : {};
}
