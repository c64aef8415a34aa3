import * as fs from "node:fs/promises";
import { makeFolder } from "../store/file/write-file.ts";

/**
 * Creates the folder that the processes share, with mode 0700.
 *
 * @throws Error if other users may write to the folder, because they could give this process wrong data
 */
export async function prepareFolder(folder: string): Promise<void> {
  await makeFolder(fs, folder);
  const { mode, uid } = await fs.stat(folder);
  const user = process.geteuid?.();
  if (user !== undefined && uid !== user) throw new Error(`${folder} belongs to another user`);
  if (user !== undefined && mode & 0o022) throw new Error(`other users may write to ${folder}`);
}
