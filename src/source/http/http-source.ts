import type { ByteArray } from "../../option/byte-array.ts";
import type { Bounds } from "./bounds.ts";

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

/** Headers as an object, a `Headers` or pairs. */
export type HeadersLike = Readonly<Record<string, string>> | Iterable<readonly [name: string, value: string]>;

/** The headers of a source to which the user adds none. */
export const NO_HEADERS: HeadersLike = {};

/** The type of `fetch`, as the library calls it. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** What is asked and how the answer is read, with every default filled in. */
export interface HttpSource<T> {
  readonly url: URL;
  readonly method: string;
  readonly body: string | ByteArray | undefined;
  readonly headers: HeadersLike | (() => HeadersLike | PromiseLike<HeadersLike>);
  readonly fetch: FetchLike | undefined;
  readonly headMs: number;
  readonly idleMs: number;
  readonly maxBytes: number;
  readonly as: keyof BodyForms;
  readonly parse: ((body: Json, note: AnswerNote) => T | PromiseLike<T>) | undefined;
  readonly verify:
    | ((
        bytes: ByteArray,
        note: Pick<AnswerNote, "headers" | "revision">,
      ) => boolean | void | PromiseLike<boolean | void>)
    | undefined;
  /** The digests that the content must have; with one, nothing else need prove that it is whole. */
  readonly digests: readonly string[];
  /** Whether the source is asked only for what is new. */
  readonly isConditional: boolean;
}

/** An answer that carries content, or a 304. */
export interface Answer {
  readonly response: Response;
  readonly headers: Headers;
  /** The URL that answered, after redirects. */
  readonly url: URL;
  /** When its request was sent, in epoch ms. */
  readonly sentAt: number;
  readonly bounds: Bounds;
}
