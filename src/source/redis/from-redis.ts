import { toBytes, type ByteSize } from "../../option/byte-size.ts";
import { checkOptions } from "../../option/check-options.ts";
import { checkFunction, invalidOption, toSafeText } from "../../option/invalid-option.ts";
import type { LoadContext } from "../../resource/options.ts";
import { toLoaded, toUnchanged, type Loaded, type Unchanged } from "../../resource/outcome.ts";
import { callOption } from "../call-option.ts";
import { SourceError } from "../source-error.ts";
import { createTurns } from "../turn.ts";
import type { VersionedLoader } from "../versioned-loader.ts";
import { bodyOf, revisionOf, textOf, verifyBytes, type Verify } from "./body.ts";
import { knownRedis, type RedisClientLike } from "./client.ts";
import { evaluateWith } from "./evaluate.ts";
import { toFailure } from "./failure.ts";
import { checkHashTag } from "./hash-tag.ts";
import { hearErrors } from "./hear-errors.ts";
import { SCRIPT } from "./script.ts";

/** The second argument of `parse`, `verify` and `asOf`. */
export interface RedisValueNote {
  /** The string of the key `version`. Without that option, `sha256:` and the SHA-256 of the value in hexadecimal. */
  readonly revision: string;
}

/** Options of `fromRedis()` that do not depend on `as`. */
export interface RedisSourceOptions<T> {
  /** The key whose string is the value. */
  readonly key: string;
  /**
   * A key whose string is the revision. The writer sets both keys in one transaction (MULTI). Without it, each load
   * fetches the value, and the revision is its SHA-256. In a cluster, both keys must have the same hash tag.
   */
  readonly version?: string;
  /** Checks the bytes before `parse`. Throw or return `false` to reject them. */
  readonly verify?: Verify;
  /** Returns the time at which the data was known to be correct, for a new and for a confirmed value. */
  readonly asOf?: (value: T, note: RedisValueNote) => Date | number | undefined;
  /**
   * The largest value. The server does not send a larger one, and the load fails.
   * @default "64MiB"
   */
  readonly maxBytes?: ByteSize;
}

/** The value as UTF-8 text. */
export interface FromRedisText<T> extends RedisSourceOptions<T> {
  /** `parse` receives the value as a string. */
  readonly as: "text";
  /** Converts the text to the value. */
  readonly parse: (body: string, note: RedisValueNote) => T | PromiseLike<T>;
}

/** The value as the bytes that were set. */
export interface FromRedisBytes<T> extends RedisSourceOptions<T> {
  /** `parse` receives the value as a Uint8Array. */
  readonly as: "bytes";
  /** Converts the bytes to the value. The bytes are a copy. */
  readonly parse: (body: Uint8Array, note: RedisValueNote) => T | PromiseLike<T>;
}

/** The value as JSON. */
export interface FromRedisJson<T, Body = unknown> extends RedisSourceOptions<T> {
  /**
   * `parse` receives parsed JSON.
   * @default "json"
   */
  readonly as?: "json";
  /** Converts the parsed JSON to the value. */
  readonly parse: (body: Body, note: RedisValueNote) => T | PromiseLike<T>;
}

/** Options of `fromRedis()`. */
export type FromRedisOptions<T> = FromRedisText<T> | FromRedisBytes<T> | FromRedisJson<T>;

const LIMITS = ["key", "version", "parse", "as", "maxBytes"];

/**
 * Creates a loader for a string in Redis. With the option `version`, one script on the server reads the revision and
 * the string. It sends the string only if the revision is neither the current revision nor the rejected revision.
 *
 * Creating it only adds a listener for `error` to the client. A load fails with a `SourceError`, for example if a key
 * is missing or the string has more than `maxBytes` (64 MiB by default). An abort ends the load, but not the Redis
 * command.
 *
 * @param client a `Redis` or `Cluster` of ioredis, or a connected client or cluster of redis
 * @throws TypeError with code HS_INVALID_OPTION or HS_UNKNOWN_OPTION for a wrong client or option
 * @example
 * const rates = health.resource("rates", {
 *   load: fromRedis(redis, {
 *     key: "{rates}:value",
 *     version: "{rates}:version",
 *     parse: (rates: Record<string, number>) => new Map(Object.entries(rates)),
 *   }),
 *   refreshEvery: "10s",
 *   staleAfter: "25s",
 * });
 */
export function fromRedis<T>(client: RedisClientLike, options: FromRedisText<T>): VersionedLoader<T>;
/** Creates a loader for a string in Redis. `parse` receives its bytes. */
export function fromRedis<T>(client: RedisClientLike, options: FromRedisBytes<T>): VersionedLoader<T>;
/** Creates a loader for a string in Redis that is JSON. `parse` receives parsed JSON. */
export function fromRedis<T, Body = unknown>(
  client: RedisClientLike,
  options: FromRedisJson<T, Body>,
): VersionedLoader<T>;
export function fromRedis<T>(client: RedisClientLike, options: FromRedisOptions<T>): VersionedLoader<T> {
  const known = knownRedis("fromRedis()", client);
  const given = checkOptions("fromRedis()", options, ["verify", "asOf"], LIMITS);
  const { key, version, as = "json", verify, asOf, maxBytes: most = "64MiB" } = given;
  checkKey("key", key);
  if (version !== undefined) {
    checkKey("version", version);
    if (version === key) invalidOption("version", version, "another key than the value's");
    if (known.isCluster) checkHashTag(key, version);
  }
  if (!["json", "text", "bytes"].includes(as)) invalidOption("as", as, '"json", "text" or "bytes"');
  checkFunction("parse", given.parse);
  if (verify !== undefined) checkFunction("verify", verify);
  if (asOf !== undefined) checkFunction("asOf", asOf);
  const maxBytes = toBytes("maxBytes", most);
  // SAFETY: the overloads connect each `as` with the argument of `parse`, and bodyOf() creates that argument.
  const parse = given.parse as (body: unknown, note: RedisValueNote) => T | PromiseLike<T>;
  const evaluate = evaluateWith(known);
  // The listener is added at once, because a connection may fail before the first load.
  hearErrors(client);
  // Loads of one source run one after the other, so that a server that does not answer gets one request.
  const turns = createTurns();

  /** Runs the script once. Returns the revision, and the bytes if the server sent them. */
  const ask = async (
    context: LoadContext,
    what: "value" | "version",
  ): Promise<{ readonly revision: string; readonly bytes: Uint8Array | undefined }> => {
    const keys = version === undefined ? [key] : [key, version];
    const revisions = [context.revision, context.rejected].filter((one) => one !== undefined);
    try {
      const [word, first, bytes] = await turns.run(context.signal, () =>
        evaluate(SCRIPT, keys, [String(maxBytes), what, ...revisions]),
      );
      switch (textOf(word)) {
        case "missing":
          throw new SourceError("missing", `the key ${toSafeText(keys[Number(textOf(first)) - 1])} does not exist`);
        case "large":
          throw new SourceError(
            "too-large",
            `the value of ${toSafeText(key)} has ${textOf(first)} bytes, more than maxBytes, ${maxBytes} bytes`,
          );
        case "same":
          return { revision: textOf(first), bytes: undefined };
        default:
          if (bytes === undefined || bytes.length === 0)
            throw new SourceError("empty", `the value of ${toSafeText(key)} is empty`);
          return { revision: version === undefined ? await revisionOf(bytes) : textOf(first), bytes };
      }
    } catch (error) {
      // A failure after an abort is not a failure of the source.
      throw context.signal.aborted ? error : toFailure(error);
    }
  };

  const asOfOf = (value: T, revision: string): Promise<Date | number | undefined> =>
    callOption("parse", "asOf could not read the value", () => asOf?.(value, { revision }));

  const load = async (context: LoadContext): Promise<Loaded<T> | Unchanged> => {
    const { revision, bytes } = await ask(context, "value");
    if (revision === context.revision) {
      // SAFETY: `previous` is a value that this loader returned.
      const previous = context.previous as T | undefined;
      return toUnchanged({ asOf: previous === undefined ? undefined : await asOfOf(previous, revision) });
    }
    if (revision === context.rejected || bytes === undefined) return toUnchanged({ revision });
    if (verify) await verifyBytes(verify, bytes, { revision });
    const value = await callOption("parse", "parse could not read the value", () =>
      parse(bodyOf(bytes, as), { revision }),
    );
    return toLoaded(value, { revision, asOf: await asOfOf(value, revision) });
  };

  return Object.assign(load, {
    identity: `redis:${key}${version === undefined ? "" : `;${version}`}`,
    version: async (context: LoadContext) => {
      const { revision } = await ask(context, "version");
      return version === undefined ? { revision, digest: revision } : { revision };
    },
  });
}

function checkKey(option: string, given: string): void {
  if (typeof given !== "string" || given === "") invalidOption(option, given, "the name of a key");
}
