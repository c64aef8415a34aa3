/** The program of the thread that `picture-thread.ts` starts: it draws and hashes the pictures. */
import { parentPort, workerData } from "node:worker_threads";
import type { NewContent } from "../db/bank-store.ts";
import { hashPictures, type PictureWork } from "./picture-work.ts";

/** What the thread tells: how far it is, or all contents. */
export type PictureMessage =
  { readonly done: number; readonly total: number } | { readonly contents: readonly NewContent[] };

const tell = (message: PictureMessage): void => parentPort?.postMessage(message);

// SAFETY: the only thread with this program is started by picture-thread.ts.
const contents = await hashPictures(workerData as PictureWork, (done, total) => tell({ done, total }));
tell({ contents });
