import { createHash } from "node:crypto";
import { constants } from "node:fs";
import type { FileHandle, lstat, mkdir, open, readdir, rename, unlink } from "node:fs/promises";
import { ignore, unseal, type Header, type StampsHeader } from "../record.ts";

/** The part of `node:fs/promises` that a store uses. */
export interface FileSystem {
  readonly open: typeof open;
  readonly lstat: typeof lstat;
  readonly mkdir: typeof mkdir;
  readonly readdir: typeof readdir;
  readonly rename: typeof rename;
  readonly unlink: typeof unlink;
}

/** A header, with its line, is never longer than this. */
export const MOST_HEADER_BYTES = 65_536;

const NEW_LINE = 10;

/** Reads go in pieces, so that a read that nobody waits for any more can stop. One is hashed in about two milliseconds. */
const PIECE_BYTES = 2 * 2 ** 20;

/** A record that is open for reading. */
export interface OpenRecord<H> {
  readonly header: H;
  /** Tells this file from every other one that is, or was, at the path. */
  readonly identity: string;
  /**
   * Reads the body into a buffer of its own.
   *
   * @throws Error unless it is the body that the header tells of
   */
  readonly readBody: (header: Pick<Header, "bytes" | "sha256">, signal: AbortSignal) => Promise<Uint8Array>;
}

/** Whether the system said no, so that nothing is known of the content. */
export function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && "code" in error && /^E[A-Z0-9]+$/.test(String(error.code));
}

/** Tells one content of a path from another. A rename keeps it. */
export function identityOf(stat: { dev: bigint; ino: bigint; size: bigint; mtimeNs: bigint }): string {
  return [stat.dev, stat.ino, stat.size, stat.mtimeNs].join(":");
}

/**
 * Opens a record and reads its header.
 *
 * @returns what `use` gives; `undefined` where there is no file
 * @throws Error whose message says why the file must not be used, or an error of the system
 */
export async function withRecord<H extends Header | StampsHeader, R>(
  fs: FileSystem,
  path: string,
  use: (record: OpenRecord<H>) => Promise<R>,
): Promise<R | undefined> {
  const handle = await openPlain(fs, path);
  if (!handle) return undefined;
  try {
    const stat = await handle.stat({ bigint: true });
    checkPlain(stat);
    const first = await read(handle, Math.min(Number(stat.size), MOST_HEADER_BYTES), 0, () => {});
    const start = first.indexOf(NEW_LINE, first.indexOf(NEW_LINE) + 1) + 1;
    const header = await unseal<H>(new TextDecoder().decode(first.subarray(0, start || first.length)));
    return await use({
      header,
      identity: identityOf(stat),
      async readBody({ bytes, sha256 }, signal) {
        if (Number(stat.size) !== start + bytes) ignore("its body has the wrong length");
        const hash = createHash("sha256");
        const body = await read(handle, bytes, start, (piece) => {
          signal.throwIfAborted();
          hash.update(piece);
        });
        if (hash.digest("hex") !== sha256) ignore("its body is damaged");
        return body;
      },
    });
  } finally {
    await handle.close();
  }
}

async function openPlain(fs: FileSystem, path: string): Promise<FileHandle | undefined> {
  try {
    // First by name: opening a pipe or a device may block, or do something.
    checkPlain(await fs.lstat(path, { bigint: true }));
    // Windows has neither flag.
    return await fs.open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (isSystemError(error) && error.code === "ENOENT") return undefined;
    if (isSystemError(error) && error.code === "ELOOP") return ignore("it is not a regular file");
    throw error;
  }
}

/** @throws Error if it is not a regular file, or if other users may write to it: they could hand the program data */
function checkPlain(stat: { mode: bigint; uid: bigint; gid: bigint; isFile(): boolean }): void {
  if (!stat.isFile()) ignore("it is not a regular file");
  // Windows has no owners of this kind.
  const user = process.geteuid?.();
  if (user === undefined) return;
  if (stat.uid !== 0n && stat.uid !== BigInt(user)) ignore("it belongs to another user");
  // Kubernetes gives a volume's files to a group of the process (`fsGroup`), and lets that group write.
  const groups = [process.getegid?.() ?? -1, ...(process.getgroups?.() ?? [])];
  const others = groups.includes(Number(stat.gid)) ? 0o002n : 0o022n;
  if (stat.mode & others) ignore("other users may write to it");
}

/**
 * Reads bytes piece by piece. While the system reads a piece, `use` is called with the one before it, so that both take
 * the time of one.
 */
async function read(
  handle: FileHandle,
  length: number,
  from: number,
  use: (piece: Uint8Array) => void,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const readAt = (at: number): Promise<number> =>
    handle.read(bytes, at, Math.min(length - at, PIECE_BYTES), from + at).then(({ bytesRead }) => bytesRead);
  let next = length > 0 ? readAt(0) : Promise.resolve(0);
  for (let at = 0; at < length;) {
    const bytesRead = await next;
    if (bytesRead === 0) ignore("its body is incomplete");
    const end = at + bytesRead;
    if (end < length) next = readAt(end);
    // It is awaited by the next round, which an error of `use` leaves out.
    next.catch(() => {});
    use(bytes.subarray(at, end));
    at = end;
  }
  return bytes;
}
