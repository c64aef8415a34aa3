import type { Answer } from "./http-source.ts";

/**
 * Why a body may be incomplete, or `undefined` if it is complete. JSON and a body with a digest need no such check.
 *
 * The request had `accept-encoding: identity`. A body that is compressed anyway is rejected. If a proxy passes on half
 * of such a body with the length of that half, Node's fetch reports no error. Deno's fetch does not decompress it.
 */
export function doubtOf({ headers, url }: Answer): string | undefined {
  const coding = headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  if (coding !== "" && coding !== "identity") return "is coded in spite of accept-encoding: identity, so it may be cut";
  if (headers.has("content-length") || /\bchunked\b/i.test(headers.get("transfer-encoding") ?? "")) return undefined;
  // HTTP/2 marks the end of a body, and has no `connection` header.
  return url.protocol === "http:" || /\bclose\b/i.test(headers.get("connection") ?? "")
    ? "has neither a content-length nor chunks, so it may be cut"
    : undefined;
}
