import { constants } from "node:fs";
import type { FileHandle, open } from "node:fs/promises";
import { SourceError } from "../source-error.ts";
import type { Limit } from "./limit.ts";

const PIECE_BYTES = 2 ** 20;

/** Tells a file from every other one that is, or was, at its path. */
export function partOf(stat: { dev: bigint; ino: bigint; size: bigint; mtimeNs: bigint; ctimeNs: bigint }): string {
  return [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(":");
}

/** A pipe that came into the place of the file would hold up an opening for ever. Windows has no such flag. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** The bytes of the file that was looked at; `undefined` if another one is opened, or if it changes meanwhile. */
export async function readWhole(
  fs: { readonly open: typeof open },
  path: string,
  { part, size }: { readonly part: string | undefined; readonly size: number },
  limit: Limit,
): Promise<Uint8Array | undefined> {
  const opening: Promise<FileHandle> = fs.open(path, READ);
  const handle = await limit(opening).catch((error: unknown) => {
    // One that opens after nobody waits for it any more must not stay open.
    opening.then(close, () => {});
    throw error;
  });
  try {
    if (partOf(await limit(handle.stat({ bigint: true }))) !== part) return undefined;
    // One byte more, so that a file that grew is seen.
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

/** Not waited for, because a file that hangs may hang here too. */
function close(handle: FileHandle): void {
  handle.close().catch(() => {});
}
