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

/** The two lines before a body are never longer than this. */
export const MOST_HEADER_BYTES = 65_536;

const NEW_LINE = 10;

/** Reads go in pieces, so that a read that nobody waits for any more can stop. One is hashed in about a millisecond. */
const PIECE_BYTES = 2 ** 20;

/**
 * The system reads this many pieces at the same time. The first write to a page of new memory can cost more than the
 * read itself, and threads share that cost. One of the four threads of Node's pool is left to others.
 */
const PIECES_AHEAD = 3;

/** A record that is open for reading. */
export interface OpenRecord<H> {
  readonly header: H;
  /** Tells this file from every other one that is, or was, at the path. */
  readonly identity: string;
  /**
   * Reads the body into a buffer of its own.
   *
   * @throws Error unless it is the body that the header describes
   */
  readonly readBody: (header: Pick<Header, "bytes" | "sha256">, signal: AbortSignal) => Promise<Uint8Array>;
}

/** Whether it is an error of the system. Then nothing is known of the content. */
export function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && "code" in error && /^E[A-Z0-9]+$/.test(String(error.code));
}

/** Identifies one content of a path. A rename does not change it. */
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
    // Checked before it is opened, because opening a pipe or a device may block, or do something.
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
 * Reads bytes in pieces, and calls `use` with each of them in its order. Meanwhile the system reads the next ones into
 * the same buffer.
 */
async function read(
  handle: FileHandle,
  length: number,
  from: number,
  use: (piece: Uint8Array) => void,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const ahead: Promise<Uint8Array>[] = [];
  let begun = 0;
  const begin = (): void => {
    if (begun >= length) return;
    const piece = fill(handle, bytes.subarray(begun, begun + PIECE_BYTES), from + begun);
    // It is awaited later, but not after an earlier error.
    piece.catch(() => {});
    ahead.push(piece);
    begun += PIECE_BYTES;
  };
  while (ahead.length < PIECES_AHEAD && begun < length) begin();
  try {
    for (let first = ahead.shift(); first; first = ahead.shift()) {
      const piece = await first;
      begin();
      use(piece);
    }
  } finally {
    // Every read must end before the file is closed.
    await Promise.allSettled(ahead);
  }
  return bytes;
}

/** Fills a buffer, because one read may give less than was asked. */
async function fill(handle: FileHandle, piece: Uint8Array, from: number): Promise<Uint8Array> {
  for (let at = 0; at < piece.length;) {
    const { bytesRead } = await handle.read(piece, at, piece.length - at, from + at);
    if (bytesRead === 0) ignore("its body is incomplete");
    at += bytesRead;
  }
  return piece;
}
