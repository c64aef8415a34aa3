// What the cases need of a runtime: nothing but web-standard globals, because they also run in Workers.
import type { byVersion, retryLater } from "../../../src/index.ts";
import type { fromHttp, fromPointer } from "../../../src/source/http/index.ts";

/** What is under test: the sources, or the built package. */
export interface Api {
  readonly fromHttp: typeof fromHttp;
  readonly fromPointer: typeof fromPointer;
  readonly byVersion: typeof byVersion;
  readonly retryLater: typeof retryLater;
}

/** A request as the server saw it. */
export interface Seen {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a case may do on a connection. */
export interface Wire {
  /** Sends text in latin1, or bytes. */
  write(data: string | Uint8Array): void;
  /** Closes the connection in an orderly way. */
  end(): void;
  /** Cuts the connection. */
  reset(): void;
  wait(ms: number): Promise<void>;
  gzip(text: string): Uint8Array;
  brotli(text: string): Uint8Array;
  sha256(text: string, form: "hex" | "base64"): string;
  /** The origin of the other server, for redirects. */
  readonly other: string;
}

/** What a case is given to ask with. */
export interface Client extends Api {
  /** The URL that this case's answers come from. */
  readonly url: string;
  /** The same on another origin. */
  readonly otherUrl: string;
  /** What the server saw so far of this case. */
  seen(): Promise<readonly Seen[]>;
  /** How many connections of this case are open, once it is `count` or five seconds are over. */
  connections(count: number): Promise<number>;
}

export interface Case {
  /** The rule or the fault, as a sentence. */
  readonly name: string;
  /** Answers the n-th request, from 0. */
  answer(wire: Wire, seen: Seen, n: number): void | Promise<void>;
  run(client: Client): Promise<void>;
  /** Runtimes on which it is skipped, and why. */
  readonly skip?: Readonly<Record<string, string>>;
}

export const OUTCOME: symbol = Symbol.for("health-state.outcome");

/** The outcome of a load as plain data. */
export async function outcomeOf(result: unknown): Promise<Record<string, unknown>> {
  const outcome: unknown = await result;
  const plain: Record<string, unknown> = { is: Reflect.get(Object(outcome), OUTCOME) ? "loaded" : "unchanged" };
  for (const [name, value] of Object.entries(Object(outcome))) if (value !== undefined) plain[name] = value;
  return plain;
}

/** The error of a load as plain data: that of the source, also where it stands in a `retryLater()`. */
export async function errorOf(result: unknown): Promise<Record<string, unknown>> {
  let error: unknown;
  try {
    const outcome = await result;
    throw new Error(`it did not fail: ${JSON.stringify(outcome)}`);
  } catch (thrown) {
    error = thrown;
  }
  const { code, kind, status, retryAfter, message, cause }: Record<string, unknown> = Object(error);
  if (code === "HS_RETRY_LATER") {
    const inner: Record<string, unknown> = Object(cause);
    return { later: true, kind: inner["kind"], status: inner["status"], retryAfter: inner["retryAfter"] };
  }
  return Object.fromEntries(
    Object.entries({ code, kind, status, retryAfter, message, cause }).filter(([, value]) => value !== undefined),
  );
}

/** Compares plain data whole. */
export function same(is: unknown, must: unknown, what = "it"): void {
  const [left, right] = [text(is), text(must)];
  if (left !== right) throw new Error(`${what} is ${left}, must be ${right}`);
}

/** Compares the kind and the status of an error, and that its message keeps to origin and path. */
export async function fails(result: unknown, kind: string, status?: number): Promise<Record<string, unknown>> {
  const error = await errorOf(result);
  if (error["kind"] !== kind || (status !== undefined && error["status"] !== status))
    throw new Error(`it failed with ${text(error)} (${String(error["message"])}), must be ${kind} ${status ?? ""}`);
  if (/\?\w|@|secret/.test(String(error["message"]))) throw new Error(`it tells too much: ${String(error["message"])}`);
  return error;
}

export function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

function text(given: unknown): string {
  return JSON.stringify(given, (_key, value: unknown) =>
    value instanceof Map ? [...value] : value instanceof Error ? value.message : value,
  );
}
