import type { ByteArray } from "../../option/byte-array.ts";
/** Headers as an object, a `Headers` or pairs. */
export type HeadersLike = Readonly<Record<string, string>> | Iterable<readonly [name: string, value: string]>;

/** The headers of a source to which the user adds none. */
export const NO_HEADERS: HeadersLike = {};

/** What `fetch` is called with. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** What is asked, with every default filled in. */
export interface Target {
  readonly url: URL;
  readonly method: string;
  readonly body: string | ByteArray | undefined;
  readonly headers: HeadersLike | (() => HeadersLike | PromiseLike<HeadersLike>);
  readonly fetch: FetchLike | undefined;
  readonly headMs: number;
  /** Whether the answer must come without a coding. */
  readonly identity: boolean;
}
