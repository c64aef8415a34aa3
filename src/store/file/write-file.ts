import { randomBytes } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { identityOf, isSystemError, type FileSystem } from "./plain-file.ts";
import type { Skipped } from "../store.ts";

/** A temporary file that is older than this was left behind by a process that died. */
const ORPHAN_MS = 3_600_000;

/** Writes go in pieces. */
const PIECE_BYTES = 8 * 2 ** 20;

/** The error codes of systems on which a folder cannot be synchronised, and need not be. */
const NO_FOLDER_SYNC = ["EINVAL", "ENOTSUP", "EPERM", "EISDIR", "EBADF"];

/**
 * Puts a file in the place of another one. A reader of the path sees the old file or the new one, whole, even if the
 * process or the machine dies at any moment.
 *
 * @param mayReplace is asked last, when the new file is safe on the disk; it may give a reason to leave the old one
 * @returns the identity of the new file, or the reason
 */
export async function replaceFile(
  fs: FileSystem,
  path: string,
  parts: readonly Uint8Array[],
  mayReplace: () => Promise<Skipped | undefined>,
): Promise<string | Skipped> {
  const folder = dirname(path);
  await makeFolder(fs, folder);
  // In the same folder, because a rename is atomic only within a file system.
  const temporary = `${path}.${randomBytes(8).toString("hex")}.tmp`;
  const handle = await fs.open(temporary, "wx", 0o600);
  let identity: string;
  try {
    try {
      for (const part of parts) await writeAll(handle, part);
      await handle.sync();
      identity = identityOf(await handle.stat({ bigint: true }));
    } finally {
      await handle.close();
    }
    const skipped = await mayReplace();
    if (skipped) {
      await fs.unlink(temporary);
      return skipped;
    }
    await fs.rename(temporary, path);
  } catch (error) {
    await fs.unlink(temporary).catch(() => {});
    throw error;
  }
  await syncFolder(fs, folder);
  return identity;
}

/** Creates a folder, and the folders above it. They have mode 0700. */
export async function makeFolder(fs: Pick<FileSystem, "mkdir">, folder: string): Promise<void> {
  const mode = 0o700;
  try {
    await fs.mkdir(folder, { recursive: true, mode });
  } catch (error) {
    // On a file system that is read-only, Node says ENOENT here. The first folder that is missing has the true reason.
    if (!isSystemError(error) || error.code !== "ENOENT" || dirname(folder) === folder) throw error;
    await makeFolder(fs, dirname(folder));
    await fs.mkdir(folder, { mode });
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, at, Math.min(bytes.length - at, PIECE_BYTES));
    at += bytesWritten;
  }
}

/** Makes a rename or a removal safe. Not every platform and file system can. */
async function syncFolder(fs: FileSystem, folder: string): Promise<void> {
  try {
    const handle = await fs.open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!isSystemError(error) || !NO_FOLDER_SYNC.includes(error.code)) throw error;
  }
}

/** Removes files. A missing file is no error. */
export async function removeFiles(fs: FileSystem, paths: readonly string[]): Promise<void> {
  let gone = true;
  for (const path of paths) {
    try {
      await fs.unlink(path);
      gone = false;
    } catch (error) {
      if (!isSystemError(error) || error.code !== "ENOENT") throw error;
    }
  }
  const [first] = paths;
  if (!gone && first !== undefined) await syncFolder(fs, dirname(first));
}

/** Removes temporary files that died with their process. What goes wrong is left for the next time. */
export async function removeOrphans(fs: FileSystem, path: string, now: number): Promise<void> {
  const folder = dirname(path);
  const start = basename(path);
  try {
    for (const name of await fs.readdir(folder)) {
      if (!name.startsWith(start) || !/^(?:\.at)?\.[0-9a-f]{16}\.tmp$/.test(name.slice(start.length))) continue;
      const stat = await fs.lstat(join(folder, name));
      if (stat.isFile() && now - stat.mtimeMs > ORPHAN_MS) await fs.unlink(join(folder, name));
    }
  } catch {
    // Another process may have removed one first.
  }
}
