import { fail, toSafeText } from "../../option/invalid-option.ts";
import { messageOf } from "../../resource/print.ts";
import { SourceError, type SourceErrorKind, type SourceErrorNote } from "../source-error.ts";

/** The name of a URL in errors: origin and path, because query and user may be secret. */
export function identityOf({ origin, pathname }: URL): string {
  return toSafeText(origin + pathname);
}

/** Returns the URL of a text; `undefined` if it has none. */
export function urlOf(given: unknown, base?: URL): URL | undefined {
  try {
    // SAFETY: the constructor makes a text of any value.
    return new URL(given as string, base);
  } catch {
    return undefined;
  }
}

/** Why nothing is fetched from a URL; `undefined` if it may be. */
export function faultOf(url: URL | undefined): string | undefined {
  if (!url) return "no absolute URL";
  if (!/^https?:$/.test(url.protocol)) return `a URL of ${toSafeText(url.protocol)}`;
  return url.username || url.password ? "a URL with a user" : undefined;
}

/**
 * The URL that a source is made for.
 *
 * @throws TypeError unless it is absolute, `http:` or `https:`, and without user and password
 */
export function toUrl(given: string | URL): URL {
  const url = urlOf(given);
  const fault = faultOf(url);
  if (url && !fault) return url;
  // Without the given URL, because its query may be secret.
  return fail(
    "HS_INVALID_OPTION",
    `url is ${fault}. Pass an absolute http: or https: URL. A user goes into the headers.`,
  );
}

/** An error of a source at a URL. */
export function failure(kind: SourceErrorKind, url: URL, text: string, note?: SourceErrorNote): SourceError {
  return new SourceError(kind, `${identityOf(url)} ${text}`, note);
}

/**
 * The error of a connection that failed. Some runtimes write the whole URL into their message:
 * then the message is left out, and so is the cause.
 */
export function broken(kind: SourceErrorKind, url: URL, text: string, cause: unknown): SourceError {
  const reason = messageOf(cause);
  const tells = reason.includes(url.href) || (url.search !== "" && reason.includes(url.search));
  return failure(kind, url, tells ? text : `${text}: ${toSafeText(reason)}`, tells ? {} : { cause });
}
