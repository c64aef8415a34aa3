import type { Platform } from "../src/internal.ts";

/** The part of `http.IncomingMessage` that is read; Express, Connect and NestJS have it too. */
export interface RequestLike {
  /** The method. */
  readonly method?: string | undefined;
  /** The target, possibly without the prefix of a mount. */
  readonly url?: string | undefined;
  /** The target with the prefix of a mount (Express, Connect). */
  readonly originalUrl?: string | undefined;
  /** The headers, names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Reads a request of `node:http`. */
export const NODE: Platform<RequestLike> = {
  accept: ({ headers }) => headers["accept"]?.toString(),
  request: ({ method, url, originalUrl = url, headers }) => {
    // Host may be missing (HTTP/1.0), or be a pseudo-header (HTTP/2), which a Request does not take.
    const host = headers["host"] ?? headers[":authority"] ?? "localhost";
    // A target in absolute form stands for itself.
    return new Request(new URL(originalUrl ?? "/", `http://${host.toString()}`), {
      ...(method !== undefined && { method }),
      headers: Object.entries(headers).flatMap(([name, value]) =>
        value === undefined || name.startsWith(":") ? [] : [[name, value.toString()] satisfies [string, string]],
      ),
    });
  },
};
