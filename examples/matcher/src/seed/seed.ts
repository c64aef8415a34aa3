import { addContents, contentCount, createBank, type NewContent } from "../db/bank-store.ts";
import type { Database } from "../db/database.ts";
import { createPause } from "../index/pause.ts";
import { generatedHash } from "./generated-hash.ts";

/** Told how far a piece of work is. */
export type OnProgress = (work: string, done: number, total: number) => void;

export const PICTURE_BANK = "pictures";
export const GENERATED_BANK = "generated";

/** Rows a statement: about 50 ms of the embedded database, so a load between two statements waits for a few. */
const BATCH = 5_000;

/** Fills the bank of pictures, unless there is something in it. All at once or not at all. */
export async function seedPictures(
  database: Database,
  hashPictures: () => Promise<readonly NewContent[]>,
): Promise<void> {
  await createBank(database, PICTURE_BANK);
  if ((await contentCount(database, PICTURE_BANK)) > 0) return;
  await addContents(database, PICTURE_BANK, await hashPictures());
}

/** Tops the bank of generated hashes up to `total`; goes on where it was broken off. */
export async function seedGenerated(
  database: Database,
  total: number,
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<void> {
  if (total === 0) return;
  await createBank(database, GENERATED_BANK);
  const pause = createPause(signal);
  let done = await contentCount(database, GENERATED_BANK);
  while (done < total) {
    const size = Math.min(BATCH, total - done);
    const first = done;
    await addContents(database, GENERATED_BANK, await generate(first, size, pause));
    done += size;
    onProgress("generating hashes", done, total);
  }
}

async function generate(first: number, size: number, pause: () => Promise<void>): Promise<readonly NewContent[]> {
  const contents: NewContent[] = [];
  for (let at = 0; at < size; at++) {
    if (at % 1_000 === 0) await pause();
    contents.push({ label: `generated-${first + at}`, pdq: generatedHash(first + at) });
  }
  return contents;
}
