/**
 * What went wrong in a source.
 *
 * - `status`: the source answered with an HTTP status that means failure.
 * - `network`: the connection failed or broke.
 * - `timeout`: the source was silent for too long, or its server ended the query at a time limit.
 * - `incomplete`: less data arrived than announced.
 * - `too-large`: more data arrived than `maxBytes`.
 * - `empty`: the source answered without data.
 * - `missing`: the file, row or key does not exist.
 * - `unreadable`: the file exists, but cannot be read.
 * - `parse`: the data could not be parsed.
 * - `digest`: the data does not match its digest.
 * - `verify`: `verify` rejected the data.
 * - `moving`: the data changed while it was read, in every attempt.
 * - `redirect`: the source sent a redirect that is not followed.
 * - `request`: the function `headers` threw an error, or returned an invalid header.
 * - `protocol`: the answer of the source is not valid.
 * - `refused`: the source answered with an error: missing permission, wrong query, out of memory. With `rollout()` of
 *   `health-state/fleet`: the fleet has rejected this revision.
 */
export type SourceErrorKind =
  | "status"
  | "network"
  | "timeout"
  | "incomplete"
  | "too-large"
  | "empty"
  | "missing"
  | "unreadable"
  | "parse"
  | "digest"
  | "verify"
  | "moving"
  | "redirect"
  | "request"
  | "protocol"
  | "refused";

/** The fields of a SourceError. */
export interface SourceErrorNote {
  /** The HTTP status, if the source answered with one. */
  readonly status?: number | undefined;
  /** The wait before the next attempt that the source asked for, in ms. */
  readonly retryAfter?: number | undefined;
  /** The error that caused this one. */
  readonly cause?: unknown;
}

/** The error of a source that returned no data. */
export class SourceError extends Error {
  /** Always "SourceError". */
  override readonly name = "SourceError";
  /** Always "HS_SOURCE". */
  readonly code = "HS_SOURCE" as const;
  /** What went wrong. */
  declare readonly kind: SourceErrorKind;
  /** The HTTP status, if the source answered with one. */
  declare readonly status: number | undefined;
  /** The wait before the next attempt that the source asked for, in ms. */
  declare readonly retryAfter: number | undefined;

  /** Creates the error. The message may name the origin and the path of a URL, but must not contain query or user. */
  constructor(kind: SourceErrorKind, message: string, { cause, status, retryAfter }: SourceErrorNote = {}) {
    super(message, { cause });
    Object.assign(this, { kind, status, retryAfter });
  }
}
