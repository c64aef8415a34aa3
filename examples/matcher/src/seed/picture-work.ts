import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { NewContent } from "../db/bank-store.ts";
import { fingerprintOf } from "../signal/fingerprint.ts";
import { drawPictures, pictureFilesOf } from "./picture-files.ts";

/** What is to be done with the pictures of a folder. */
export interface PictureWork {
  readonly folder: string;
  /** Whether the pictures are drawn first, unless they are there. */
  readonly draws: boolean;
}

/** Draws the pictures if asked, and hashes them. It computes without a pause, so it runs in a thread. */
export async function hashPictures(
  { folder, draws }: PictureWork,
  onHashed: (done: number, total: number) => void,
): Promise<readonly NewContent[]> {
  if (draws) await drawPictures(folder);
  const files = await pictureFilesOf(folder);
  const contents: NewContent[] = [];
  for (const file of files) {
    contents.push({ label: file, ...fingerprintOf(await readFile(join(folder, file))) });
    onHashed(contents.length, files.length);
  }
  return contents;
}
