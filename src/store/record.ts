import { digestOf } from "../option/digest.ts";
import { checkOptions } from "../option/check-options.ts";
import { toMsOrNever, type Duration } from "../option/duration.ts";
import { invalidOption, toSafeText } from "../option/invalid-option.ts";
import { messageOf } from "../resource/print.ts";
import { checkCodec, type Codec, type Stamps, type StoreContext } from "./store.ts";

/**
 * A stored record is two lines of text and a body. The first line is the magic word, the format, and the SHA-256 of the
 * second line. The second line is the header, as JSON. The header has the SHA-256 of the body, so a changed bit is
 * found anywhere. A record of stamps is the same, without a body.
 */
const FIRST = "health-state-record 1 ";

/** Stamps may lie this far in the future, in ms, because clocks differ a little. */
const FUTURE_MS = 300_000;

/** The options of a store. */
export interface RecordOptions<T> {
  /** Converts the value to bytes and back. */
  readonly codec: Codec<T>;
  /**
   * A stored value that is older than this is ignored.
   * @default "never"
   */
  readonly maxAge?: Duration;
  /**
   * A version of the format of your value. Change it when your program cannot use older saved values.
   * @default ""
   */
  readonly schema?: string;
}

/** The options of a store after the checks. */
export interface CheckedRecordOptions<T> {
  readonly codec: Codec<T>;
  readonly schema: string;
  readonly maxAgeMs: number;
}

/**
 * Checks the options of a store.
 *
 * @param where the function that takes them, for the error
 * @throws TypeError for a wrong option
 */
export function checkRecordOptions<T>(where: string, given: RecordOptions<T>): CheckedRecordOptions<T> {
  const { codec, maxAge = "never", schema = "" } = checkOptions(where, given, [], ["codec", "maxAge", "schema"]);
  checkCodec(codec);
  if (typeof schema !== "string") invalidOption("schema", schema, "a text");
  return { codec, schema, maxAgeMs: toMsOrNever("maxAge", maxAge, 1) };
}

/** The fields that must match before a record is used. */
export interface Expected {
  readonly resource: string;
  readonly source: string | undefined;
  readonly codec: string;
  readonly schema: string;
}

/** The header of a stored value. */
export interface Header extends Expected, Stamps {
  readonly revision: string | undefined;
  /** The length of the body, in bytes. */
  readonly bytes: number;
  /** The SHA-256 of the body, in hex. */
  readonly sha256: string;
  /** Who wrote it, for people. */
  readonly writer: string;
}

/** The stamps of a stored value, newer than those in its header. */
export interface StampsHeader extends Stamps {
  /** The SHA-256 of the value that they belong to. */
  readonly of: string;
}

/** The SHA-256 in hex. */
export function sha256Of(bytes: Uint8Array): Promise<string> {
  return digestOf("sha256", bytes);
}

/** The two lines that stand before a body. */
export async function seal(header: Header | StampsHeader): Promise<string> {
  const line = JSON.stringify(header);
  return `${FIRST}${await sha256Of(new TextEncoder().encode(line))}\n${line}\n`;
}

/**
 * The header of a text that begins with two lines. The body is not checked.
 *
 * @throws Error whose message says why it must not be used
 */
export async function unseal<H extends Header | StampsHeader>(text: string): Promise<H> {
  const [first, line = ""] = text.split("\n", 2);
  if (!first?.startsWith(FIRST)) ignore("its format is unknown");
  if (first !== FIRST + (await sha256Of(new TextEncoder().encode(line)))) ignore("its header is damaged");
  // SAFETY: the digest says that seal() wrote the line. checkHeader() looks at each field that a decision depends on.
  return JSON.parse(line) as H;
}

/** Throws the reason for which a record is ignored. */
export function ignore(reason: string): never {
  throw new Error(reason);
}

/** Why a record is ignored, as a safe text. */
export function reasonText(error: unknown): string {
  return toSafeText(messageOf(error));
}

/**
 * Checks a header, and returns it with the newer stamps.
 *
 * @param beside the record of stamps, if there is a whole one
 * @throws Error whose message says why it must not be used
 */
export function checkHeader(
  header: Header,
  beside: StampsHeader | undefined,
  expected: Expected,
  { maxAgeMs, now }: { readonly maxAgeMs: number; readonly now: number },
): Header {
  for (const name of ["resource", "source", "codec", "schema"] as const)
    if (header[name] !== expected[name])
      ignore(`its ${name} is ${quoted(header[name])}, not ${quoted(expected[name])}`);
  // A stamp that is no number is ahead too.
  const isAhead = ({ checkedAt, asOf = 0 }: Stamps): boolean => !(Math.max(checkedAt, asOf) <= now + FUTURE_MS);
  if (isAhead(header)) ignore("its time stamps are in the future");
  const { checkedAt, asOf } =
    beside?.of === header.sha256 && beside.checkedAt >= header.checkedAt && !isAhead(beside) ? beside : header;
  if (now - (asOf ?? checkedAt) > maxAgeMs) ignore("it is older than maxAge");
  return { ...header, checkedAt, asOf };
}

/** A name in quotes, because it may be empty. */
function quoted(name: string | undefined): string {
  return name === undefined ? "unknown" : JSON.stringify(name);
}

/** @throws Error unless the body is the one that the header describes */
export async function checkBody(header: Header, body: Uint8Array): Promise<void> {
  if (header.sha256 !== (await sha256Of(body))) ignore("its body is damaged");
}

/** What a store expects of its record. */
export function expectedBy<T>({ codec, schema }: CheckedRecordOptions<T>, { name, source }: StoreContext): Expected {
  return { resource: name, source, codec: codec.name, schema };
}
