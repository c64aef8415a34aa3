import type { Platform } from "../src/internal.ts";

/** The part of `http.IncomingMessage` that is read. The requests of Express, Connect and NestJS have it too. */
export interface RequestLike {
  /** The method. */
  readonly method?: string | undefined;
  /** The request target. Under a mount (Express, Connect), it has no prefix. */
  readonly url?: string | undefined;
  /** The request target with the prefix of a mount (Express, Connect). */
  readonly originalUrl?: string | undefined;
  /** The headers. Their names are in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/**
 * Reads a request of `node:http`.
 *
 * @internal
 */
export const NODE: Platform<RequestLike> = {
  accept: ({ headers }) => headers["accept"]?.toString(),
  request: ({ method, url, originalUrl = url, headers }) => {
    // `host` may be missing (HTTP/1.0), or be a pseudo-header (HTTP/2), which a Request does not accept.
    const host = headers["host"] ?? headers[":authority"] ?? "localhost";
    // If the target is an absolute URL, it is used without this host.
    return new Request(new URL(originalUrl ?? "/", `http://${host.toString()}`), {
      ...(method !== undefined && { method }),
      headers: Object.entries(headers).flatMap(([name, value]) =>
        value === undefined || name.startsWith(":") ? [] : [[name, value.toString()] satisfies [string, string]],
      ),
    });
  },
};
