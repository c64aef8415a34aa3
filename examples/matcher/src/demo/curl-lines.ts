import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { generatedHash } from "../seed/generated-hash.ts";
import { pictureFilesOf } from "../seed/picture-files.ts";
import { fingerprintOf } from "../signal/fingerprint.ts";

/** Five lines to try, from the folder that npm was called in: the probes, the index, and two look-ups that find something. */
export async function curlLines(origin: string, pictureFolder: string): Promise<readonly string[]> {
  // The folder may be gone, although the database has what was in it.
  const [first] = pictureFolder === "" ? [] : await pictureFilesOf(pictureFolder).catch(() => []);
  const picture = first === undefined ? undefined : join(pictureFolder, first);
  const pdq = (picture && fingerprintOf(await readFile(picture)).pdq) ?? generatedHash(0);
  return [
    `curl -i ${origin}/status`,
    `curl -i ${origin}/status/live`,
    `curl ${origin}/index/status`,
    `curl '${origin}/m/lookup?signal_type=pdq&signal=${withBitsFlipped(pdq)}'`,
    picture === undefined
      ? `curl ${origin}/site-map`
      : `curl -F 'image=@${relative(process.env["INIT_CWD"] ?? process.cwd(), picture)}' ${origin}/m/lookup`,
  ];
}

/** The same picture after it was compressed once more: a few bits differ. */
function withBitsFlipped(hex: string): string {
  const digit = Number.parseInt(hex.slice(0, 1), 16) ^ 0b0111;
  return digit.toString(16) + hex.slice(1);
}
