import type { open, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { isSystemError } from "../../store/file/plain-file.ts";
import { sha256Of } from "../../store/file/sha256.ts";
import { SourceError } from "../source-error.ts";
import { createLimit, type Limit } from "./limit.ts";
import { partOf, readWhole } from "./read-whole.ts";

/** The part of `node:fs/promises` that a source uses. */
export interface ReadingFiles {
  readonly open: typeof open;
  readonly realpath: typeof realpath;
  readonly stat: typeof stat;
}

/** The limits of reading. */
export interface ReadLimits {
  readonly maxBytes: number;
  readonly idleMs: number;
}

/** The contents of one or more files that did not change while they were read. */
export interface Reading {
  /** The stamps of the files as a text. If it has not changed, the files need not be read again. */
  readonly identity: string;
  readonly contents: readonly Uint8Array[];
  readonly digests: readonly string[];
  /** The oldest of the files' last edits, in epoch ms. */
  readonly mtimeMs: number;
}

/** The files have the identity that was read before, so they were not read again. */
export interface SameIdentity {
  readonly identity: string;
  readonly mtimeMs: number;
}

/** After this wait, in ms, a file that changed while it was read is read again. So is a young file. */
const WAIT_MS = 100;
const MOST_WAITS = 10;

/**
 * A file is young for this time after an edit, in ms. Clocks are coarse, so a second edit may leave the same stamps.
 */
const YOUNG_MS = 1_000;

/**
 * How long a young file must stay unchanged, in ms, if its last change was a write. Its writer may only have paused. If
 * the file was renamed or touched after its last write, it is complete, and WAIT_MS is enough.
 */
const SETTLE_MS = 250;

/** The stamps of the files at one moment. */
interface Stats {
  readonly identity: string;
  /** For each file, the result of `partOf()`. */
  readonly parts: readonly string[];
  readonly sizes: readonly number[];
  readonly newestMs: number;
  /** Whether a write was the last change of at least one file. */
  readonly wasWritten: boolean;
  readonly oldestMs: number;
}

/** Returns the current paths of the files. `..data` and links of folders are resolved once, for all files. */
export type FindPaths = (limit: Limit) => Promise<readonly string[]>;

/** Finds one file. */
export function onePath(path: string): FindPaths {
  return () => Promise.resolve([path]);
}

/** Finds the files of a set below one folder. Kubernetes swaps the link `..data` when a ConfigMap or Secret changes. */
export function pathsBelow(fs: ReadingFiles, folder: string, names: readonly string[]): FindPaths {
  return async (limit) => {
    const data = fs.realpath(join(folder, "..data"));
    const base = await limit(
      data.catch((error: unknown) => {
        if (isMissing(error)) return fs.realpath(folder);
        throw error;
      }),
    );
    return names.map((name) => join(base, name));
  };
}

/** The settings of one reading. */
export interface ReadOrder {
  readonly fs: ReadingFiles;
  /** The name in errors. */
  readonly what: string;
  readonly find: FindPaths;
  readonly limits: ReadLimits;
  readonly signal: AbortSignal;
}

/**
 * Reads files. If a file changes meanwhile, waits and reads all of them again.
 *
 * @param known the identity that was read before. Files with this identity are not read again.
 * @throws SourceError of kind `missing`, `moving`, `too-large`, `unreadable`, `timeout`
 */
export async function readStable(order: ReadOrder, known: string | undefined): Promise<Reading | SameIdentity> {
  const { fs, what, find } = order;
  const limit = createLimit(what, order.limits.idleMs, order.signal);
  for (let waits = 0; waits <= MOST_WAITS; waits++) {
    if (waits > 0) await limit.pause(WAIT_MS);
    let paths: readonly string[] = [];
    try {
      paths = await find(limit);
      const found = await statAll(fs, paths, limit);
      if (found.identity === known) return { identity: known, mtimeMs: found.oldestMs };
      const reading = await readOnce(order, paths, found, limit);
      if (!reading) continue;
      if (Math.abs(Date.now() - found.newestMs) > YOUNG_MS) return reading;
      await limit.pause(found.wasWritten ? SETTLE_MS : WAIT_MS);
      const again = await readOnce(order, paths, found, limit);
      if (again && again.digests.join() === reading.digests.join()) return again;
    } catch (error) {
      if (!isSystemError(error)) throw error;
      if (!isMissing(error))
        throw new SourceError("unreadable", `${what} cannot be read: ${error.code}`, { cause: error });
      // Kubernetes removes the folder of the old version after it has replaced the link. So resolve the link again.
      const now = await find(limit).catch(() => paths);
      if (now.join("\n") === paths.join("\n"))
        throw new SourceError("missing", `${what} does not exist`, { cause: error });
    }
  }
  throw new SourceError("moving", `${what} was still being written at the last of ${MOST_WAITS + 1} readings`);
}

/** Reads each file once. Returns `undefined` if a file has changed meanwhile. */
async function readOnce(
  { fs, what, find, limits: { maxBytes } }: ReadOrder,
  paths: readonly string[],
  found: Stats,
  limit: Limit,
): Promise<Reading | undefined> {
  if (found.sizes.reduce((sum, size) => sum + size, 0) > maxBytes)
    throw new SourceError("too-large", `${what} is larger than maxBytes, ${maxBytes} bytes`);
  const contents: Uint8Array[] = [];
  for (const [at, path] of paths.entries()) {
    const bytes = await readWhole(fs, path, { part: found.parts[at], size: found.sizes[at] ?? 0 }, limit);
    if (!bytes) return undefined;
    contents.push(bytes);
  }
  // The stamps of all files are compared after the last one was read. No file may have changed while another was read.
  const pathsNow = await find(limit);
  if (pathsNow.join("\n") !== paths.join("\n")) return undefined;
  if ((await statAll(fs, paths, limit)).identity !== found.identity) return undefined;
  const digests = await Promise.all(contents.map(sha256Of));
  return { identity: found.identity, contents, digests, mtimeMs: found.oldestMs };
}

async function statAll(fs: ReadingFiles, paths: readonly string[], limit: Limit): Promise<Stats> {
  const parts: string[] = [];
  const sizes: number[] = [];
  const edits: number[] = [];
  let wasWritten = false;
  for (const path of paths) {
    const stat = await limit(fs.stat(path, { bigint: true }));
    if (!stat.isFile()) throw new SourceError("unreadable", `${path} is not a regular file`);
    parts.push(partOf(stat));
    sizes.push(Number(stat.size));
    wasWritten ||= stat.ctimeNs <= stat.mtimeNs;
    edits.push(Number(stat.mtimeMs));
  }
  return {
    identity: paths.map((path, place) => `${path}:${parts[place]}`).join("\n"),
    parts,
    sizes,
    newestMs: Math.max(...edits),
    wasWritten,
    oldestMs: Math.min(...edits),
  };
}

function isMissing(error: unknown): boolean {
  return isSystemError(error) && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
