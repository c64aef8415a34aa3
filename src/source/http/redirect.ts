import { failure } from "./identity.ts";

/** The statuses that name another place of the content (RFC 9110, 15.4). */
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/**
 * Where an answer redirects to; `undefined` for one that does not.
 *
 * @throws SourceError of kind `redirect` for a place that is not gone to
 */
export function redirectOf({ status, headers }: Response, from: URL): URL | undefined {
  if (!REDIRECTS.includes(status)) return undefined;
  const location = headers.get("location");
  let to: URL | undefined;
  try {
    // Without one, the text "" would lead back to where it came from.
    to = location === null ? undefined : new URL(location, from);
  } catch {
    // Told below.
  }
  const why = !to
    ? "no URL"
    : !/^https?:$/.test(to.protocol)
      ? "no http: or https: URL"
      : from.protocol === "https:" && to.protocol === "http:"
        ? "an http: URL, which nobody protects"
        : to.username || to.password
          ? "a URL with a user"
          : "";
  if (!to || why) throw failure("redirect", from, `redirects to ${why}`, { status });
  return to;
}
