import * as fsPromises from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { toBytes, type ByteSize } from "../../option/byte-size.ts";
import { checkOptions } from "../../option/check-options.ts";
import { toMs, type Duration } from "../../option/duration.ts";
import { isUrl } from "../../option/is-url.ts";
import { toList } from "../../option/to-list.ts";
import { checkFunction, invalidOption } from "../../option/invalid-option.ts";
import type { LoadContext, Loader } from "../../resource/options.ts";
import { toLoaded, toUnchanged, type Loaded, type Unchanged } from "../../resource/outcome.ts";
import { sha256Of } from "../../store/file/sha256.ts";
import { callOption } from "../call-option.ts";
import { SourceError } from "../source-error.ts";
import { onePath, pathsBelow, readStable, type FindPaths, type ReadingFiles } from "./stable-read.ts";

/** Any JSON value. */
export type Json = ReturnType<typeof JSON.parse>;

/** The forms in which `parse` receives a file. */
export interface FileBody {
  /** Parsed JSON. */
  readonly json: Json;
  /** The content as UTF-8 text. */
  readonly text: string;
  /** The bytes of the content. */
  readonly bytes: Uint8Array;
}

/** The second argument of `verify` and `parse`. */
export interface FileAbout {
  /** The resolved path of the file, or of the folder of `fromFiles()`. */
  readonly path: string;
  /** The revision: `sha256:` and the SHA-256 of the content. `fromFiles()` computes one revision from all files. */
  readonly revision: string;
}

/** The options of `fromFile()` and `fromFiles()`. `B` is the first argument of `parse`. */
export interface FileOptions<F extends keyof FileBody, B, T> {
  /**
   * The form in which `parse` receives a file. JSON and text must be UTF-8.
   * @default "json"
   */
  readonly as?: F;
  /** Converts the content to the value. Without it, the value is the content. */
  readonly parse?: ((body: B, about: FileAbout) => T | PromiseLike<T>) | undefined;
  /** Checks the bytes of each file before `parse`, for example a signature. Throw or return `false` to reject them. */
  readonly verify?: ((bytes: Uint8Array, about: FileAbout) => boolean | void | PromiseLike<boolean | void>) | undefined;
  /**
   * The largest size. With `fromFiles()`, it limits all files together.
   * @default "64MiB"
   */
  readonly maxBytes?: ByteSize;
  /**
   * The longest time for one step of the file system, such as opening the file. After it, the load fails.
   * @default "30s"
   */
  readonly idleTimeout?: Duration;
  /**
   * The time from which the age is measured. Use `"mtime"` only if the writer touches the file regularly, even without
   * a change. With `fromFiles()`, the oldest file counts. A function reads a time stamp from the value. Without this
   * option, the age is measured from the last successful load.
   */
  readonly asOf?: "mtime" | ((value: T) => Date | number | undefined) | undefined;
}

/** A loader for files. */
export interface FileLoader<T> extends Loader<T> {
  /** The resolved path. */
  readonly identity: string;
}

/**
 * Creates a loader for one file. The revision is the SHA-256 of the content. If the time stamps and the size of the
 * file have not changed, the file is not read again. If the file changes during a load, the loader reads it again.
 *
 * Creating it does nothing. A load fails with a `SourceError` if the file is missing, empty, larger than `maxBytes`
 * (64 MiB by default), or not valid JSON or UTF-8.
 *
 * @param path the path, relative to the working folder at the time of this call
 * @throws TypeError with code HS_INVALID_OPTION or HS_UNKNOWN_OPTION for a wrong path or option
 * @example
 * health.resource("rates", { load: fromFile("/etc/rates.json", { parse: (json) => new Map(Object.entries(json)) }) });
 */
export function fromFile<T = Json>(path: string | URL, options?: FileOptions<"json", Json, T>): FileLoader<T>;
/** Creates a loader for one file, whose content is read as text. */
export function fromFile<T = string>(
  path: string | URL,
  options: FileOptions<"text", string, T> & { readonly as: "text" },
): FileLoader<T>;
/** Creates a loader for one file, whose content is read as bytes. */
export function fromFile<T = Uint8Array>(
  path: string | URL,
  options: FileOptions<"bytes", Uint8Array, T> & { readonly as: "bytes" },
): FileLoader<T>;
export function fromFile<T>(path: string | URL, options: FileOptions<keyof FileBody, never, T> = {}): FileLoader<T> {
  return createFileLoader(
    { where: "fromFile()", path: pathOf("fromFile's path", path), names: undefined },
    options,
    fsPromises,
  );
}

/**
 * Creates a loader that reads several files of a folder as one value: an object with one property for each file. If a
 * file changes while another one is read, the loader reads all of them again. For a ConfigMap or Secret of Kubernetes,
 * all files have the same version, because the link `..data` is resolved once.
 *
 * Creating it does nothing. A load fails with a `SourceError` for the same reasons as with `fromFile()`.
 *
 * @param folder the path of the folder, relative to the working folder at the time of this call
 * @throws TypeError with code HS_INVALID_OPTION or HS_UNKNOWN_OPTION for a wrong folder, name or option
 * @example
 * health.resource("tls", {
 *   load: fromFiles("/etc/tls", ["tls.crt", "tls.key"], { as: "text", parse: (files) => toContext(files) }),
 * });
 */
export function fromFiles<N extends string, T = Readonly<Record<N, Json>>>(
  folder: string | URL,
  names: readonly N[],
  options?: FileOptions<"json", Readonly<Record<N, Json>>, T>,
): FileLoader<T>;
/** Creates a loader that reads several files of a folder as texts: an object with one property for each file. */
export function fromFiles<N extends string, T = Readonly<Record<N, string>>>(
  folder: string | URL,
  names: readonly N[],
  options: FileOptions<"text", Readonly<Record<N, string>>, T> & { readonly as: "text" },
): FileLoader<T>;
/** Creates a loader that reads several files of a folder as byte arrays: an object with one property for each file. */
export function fromFiles<N extends string, T = Readonly<Record<N, Uint8Array>>>(
  folder: string | URL,
  names: readonly N[],
  options: FileOptions<"bytes", Readonly<Record<N, Uint8Array>>, T> & { readonly as: "bytes" },
): FileLoader<T>;
export function fromFiles<T>(
  folder: string | URL,
  names: readonly string[],
  options: FileOptions<keyof FileBody, never, T> = {},
): FileLoader<T> {
  const accepted = "a list of file names";
  const list: readonly unknown[] = toList("fromFiles's names", names, accepted);
  if (typeof names !== "object" || list.length === 0 || list.some((name) => typeof name !== "string" || !name))
    invalidOption("fromFiles's names", names, accepted);
  return createFileLoader(
    { where: "fromFiles()", path: pathOf("fromFiles's folder", folder), names: names.slice() },
    options,
    fsPromises,
  );
}

/** The files that a loader reads. */
export interface FilePlace {
  /** The name of the function that created the loader, for errors. */
  readonly where: string;
  readonly path: string;
  /** The names of a set of files in the folder `path`. `undefined` for one file. */
  readonly names: readonly string[] | undefined;
}

/**
 * The same with another file system.
 *
 * @internal
 */
export function createFileLoader<T>(
  { where, path, names }: FilePlace,
  options: FileOptions<keyof FileBody, never, T>,
  fs: ReadingFiles,
): FileLoader<T> {
  const checked = checkOptions(where, options, ["parse", "verify", "asOf"], ["as", "maxBytes", "idleTimeout"]);
  const { as = "json", parse, verify, asOf } = checked;
  if (!["json", "text", "bytes"].includes(as)) invalidOption("as", as, '"json", "text" or "bytes"');
  if (parse !== undefined) checkFunction("parse", parse);
  if (verify !== undefined) checkFunction("verify", verify);
  if (asOf !== undefined && asOf !== "mtime") checkFunction("asOf", asOf, '"mtime" or a function');
  const { maxBytes = "64MiB", idleTimeout = "30s" } = checked;
  const limits = { maxBytes: toBytes("maxBytes", maxBytes), idleMs: toMs("idleTimeout", idleTimeout, 1) };
  const find: FindPaths = names ? pathsBelow(fs, path, names) : onePath(path);
  /** The last content that was read. It only saves reading it again. The context says which revision is in use. */
  let seen: { readonly identity: string; readonly revision: string } | undefined;

  const asOfOf = async (value: T, mtimeMs: number): Promise<Date | number | undefined> => {
    if (typeof asOf !== "function") return asOf && mtimeMs;
    return callOption("parse", `asOf rejected ${path}`, () => asOf(value));
  };

  const load = async (context: LoadContext): Promise<Loaded<T> | Unchanged> => {
    const isUseful = seen !== undefined && [context.revision, context.rejected].includes(seen.revision);
    const reading = await readStable(
      { fs, what: path, find, limits, signal: context.signal },
      isUseful ? seen?.identity : undefined,
    );
    const confirm = async (): Promise<Unchanged> =>
      // SAFETY: the resource has this revision, so it has a value, which came from this loader or from its store.
      toUnchanged({ asOf: await asOfOf(context.previous as T, reading.mtimeMs) });
    if (!("contents" in reading))
      return seen?.revision === context.revision ? confirm() : toUnchanged({ revision: seen?.revision });
    const revision = `sha256:${await revisionOf(reading.digests, names)}`;
    seen = { identity: reading.identity, revision };
    if (revision === context.revision && context.previous !== undefined) return confirm();
    if (revision === context.rejected) return toUnchanged({ revision });
    const about = { path, revision };
    const bodies: unknown[] = [];
    for (const [at, bytes] of reading.contents.entries()) {
      const name = names?.[at];
      const file = name === undefined ? path : `${path}/${name}`;
      if (bytes.length === 0) throw new SourceError("empty", `${file} is empty`);
      await check(verify, file, bytes, about);
      bodies.push(toBody(as, file, bytes));
    }
    const body = names ? Object.fromEntries(names.map((name, at) => [name, bodies[at]])) : bodies[0];
    // SAFETY: the overloads connect `as` and `names` with the argument of `parse`, and with the value without `parse`.
    const value = await callOption("parse", `parse rejected ${path}`, () =>
      parse ? (parse as (body: unknown, about: FileAbout) => T)(body, about) : (body as T),
    );
    return toLoaded(value, { revision, asOf: await asOfOf(value, reading.mtimeMs) });
  };
  return Object.assign(load, { identity: path });
}

async function revisionOf(digests: readonly string[], names: readonly string[] | undefined): Promise<string> {
  const [only = ""] = digests;
  return names ? sha256Of(new TextEncoder().encode(JSON.stringify([names, digests]))) : only;
}

function toBody(as: keyof FileBody, file: string, bytes: Uint8Array): unknown {
  if (as === "bytes") return bytes;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return as === "text" ? text : JSON.parse(text);
  } catch (cause) {
    // The message of JSON.parse contains a part of the content, which may be secret.
    throw new SourceError("parse", `${file} is not valid ${as === "text" ? "UTF-8 text" : "JSON"}`, { cause });
  }
}

async function check(
  verify: FileOptions<"json", never, unknown>["verify"],
  file: string,
  bytes: Uint8Array,
  about: FileAbout,
): Promise<void> {
  const text = `verify rejected ${file}`;
  if ((await callOption("verify", text, () => verify?.(bytes, about))) === false) throw new SourceError("verify", text);
}

function pathOf(option: string, given: string | URL): string {
  if (typeof given === "string" && given !== "") return resolve(given);
  return isUrl(given) ? fileURLToPath(given) : invalidOption(option, given, "a path, or a URL that begins with file:");
}
