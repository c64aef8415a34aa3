import { failure, faultOf, urlOf } from "./identity.ts";

/** The statuses that name another place of the content (RFC 9110, 15.4). */
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/**
 * Where an answer redirects to; `undefined` for one that does not.
 *
 * @param hindrance why no redirect of this request is followed, if there is a reason
 * @throws SourceError of kind `redirect` for a redirect that is not followed
 */
export function redirectOf({ status, headers }: Response, from: URL, hindrance: string | false): URL | undefined {
  if (!REDIRECTS.includes(status)) return undefined;
  // Without a location, the text "" would lead back to where it came from.
  const to = urlOf(headers.get("location") ?? "http://", from);
  const isWeaker = from.protocol === "https:" && to?.protocol === "http:";
  const fault = hindrance || (faultOf(to) ?? (isWeaker ? "an http: URL, which nobody protects" : undefined));
  if (!to || fault) throw failure("redirect", from, `redirects to ${fault}`, { status });
  return to;
}
