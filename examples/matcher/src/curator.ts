import { existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import type { NewContent } from "./db/bank-store.ts";
import type { Database } from "./db/database.ts";
import { createIndexer } from "./index/indexer.ts";
import { hashPicturesOffThread } from "./seed/picture-thread.ts";
import { seedGenerated, seedPictures, type OnProgress } from "./seed/seed.ts";

const RETRY_MS = 2_000;

export interface CuratorOptions {
  readonly database: Database;
  /** Pictures for the first bank; `""` for none. */
  readonly pictureFolder: string;
  /** Whether the pictures are drawn into the folder first. */
  readonly drawsPictures: boolean;
  /** Generated hashes for the second. */
  readonly hashes: number;
  readonly onProgress: OnProgress;
  /** A build of the index was recorded. */
  readonly onBuilt: () => void;
  readonly onError: (error: unknown) => void;
}

/** The curator's work in the background: the first banks, then the index whenever they change. */
export interface Curator {
  stop(): void;
}

/** Starts at once; while the database is away, tries again every 2 s. */
export function startCurator(options: CuratorOptions): Curator {
  const { database, onProgress, onError } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const indexer = createIndexer({ database, onBuilt: options.onBuilt, onError });

  const pictures = { folder: options.pictureFolder, draws: options.drawsPictures };
  let hashing: Promise<readonly NewContent[]> | undefined;
  const hashPictures = (): Promise<readonly NewContent[]> => {
    hashing ??= hashPicturesOffThread(pictures, onProgress, signal);
    hashing.catch(() => {
      hashing = undefined;
    });
    return hashing;
  };

  const prepare = async (): Promise<void> => {
    // Drawing takes longest, so it does not wait for the database.
    if (pictures.draws && !existsSync(pictures.folder)) void hashPictures();
    if (pictures.folder !== "") await seedPictures(database, hashPictures);
    await seedGenerated(database, options.hashes, onProgress, signal);
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await prepare();
        return indexer.start();
      } catch (error) {
        if (signal.aborted) return;
        onError(error);
      }
      await wait(RETRY_MS, undefined, { signal, ref: false }).catch(() => {});
    }
  };

  void run();
  return {
    stop() {
      stopping.abort(new Error("the curator was stopped"));
      indexer.stop();
    },
  };
}
