import { constants } from "node:fs";
import type { FileHandle, open } from "node:fs/promises";
import { SourceError } from "../source-error.ts";
import type { Limit } from "./limit.ts";

const PIECE_BYTES = 2 ** 20;

/** Returns a text that differs for every other file that is or was at the same path. */
export function partOf(stat: { dev: bigint; ino: bigint; size: bigint; mtimeNs: bigint; ctimeNs: bigint }): string {
  return [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(":");
}

/** If a pipe has replaced the file, opening it without this flag would never end. Windows has no such flag. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Reads the file with the given stamps. Returns `undefined` if another file is there now, or if it changes meanwhile.
 */
export async function readWhole(
  fs: { readonly open: typeof open },
  path: string,
  { part, size }: { readonly part: string | undefined; readonly size: number },
  limit: Limit,
): Promise<Uint8Array | undefined> {
  const opening: Promise<FileHandle> = fs.open(path, READ);
  const handle = await limit(opening).catch((error: unknown) => {
    // The load no longer waits, but the file may still open. Then it must be closed.
    opening.then(close, () => {});
    throw error;
  });
  try {
    if (partOf(await limit(handle.stat({ bigint: true }))) !== part) return undefined;
    // One byte more than the size, so that a file that has grown is detected.
    const bytes = new Uint8Array(size + 1);
    let length = 0;
    for (let some = 1; some > 0 && length <= size; length += some)
      some = (await limit(handle.read(bytes, length, Math.min(size + 1 - length, PIECE_BYTES), length))).bytesRead;
    const isSame = partOf(await limit(handle.stat({ bigint: true }))) === part;
    if (isSame && size === 0 && length > 0)
      throw new SourceError(
        "unreadable",
        `${path} has content, but its size is 0, as in /proc. Copy it to a plain file`,
      );
    return length === size && isSame ? bytes.slice(0, size) : undefined;
  } finally {
    close(handle);
  }
}

/** Closes a file without waiting, because a file system that is silent may be silent here too. */
function close(handle: FileHandle): void {
  handle.close().catch(() => {});
}
