import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeJpeg } from "../signal/rgba.ts";
import { drawPicture } from "./draw-picture.ts";

/** How many pictures the example draws for its first bank. */
export const PICTURES = 300;

/** The first pictures that the example draws, as JPEG files. */
export function generatedPictures(count: number): readonly Buffer[] {
  return Array.from({ length: count }, (_, ordinal) => generatedPicture(ordinal));
}

/** Draws the pictures into a folder, unless they are there. They are there all at once or not at all. */
export async function drawPictures(folder: string): Promise<void> {
  const isThere = await readdir(folder).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  for (let ordinal = 0; ordinal < PICTURES; ordinal++) {
    await writeFile(join(unfinished, `${String(ordinal).padStart(3, "0")}.jpeg`), generatedPicture(ordinal));
  }
  await rename(unfinished, folder);
}

/** The PNG and JPEG files of a folder, in the order of their names. */
export async function pictureFilesOf(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => /\.(png|jpe?g)$/i.test(name)).sort();
}

function generatedPicture(ordinal: number): Buffer {
  return encodeJpeg(drawPicture(ordinal), 90);
}
