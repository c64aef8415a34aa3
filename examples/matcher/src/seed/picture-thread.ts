import { Worker } from "node:worker_threads";
import type { NewContent } from "../db/bank-store.ts";
import type { PictureMessage } from "./picture-program.ts";
import type { PictureWork } from "./picture-work.ts";
import type { OnProgress } from "./seed.ts";

/** Draws and hashes the pictures in a thread, so that no probe waits for that. */
export async function hashPicturesOffThread(
  work: PictureWork,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<readonly NewContent[]> {
  signal.throwIfAborted();
  const thread = new Worker(new URL("./picture-program.js", import.meta.url), { workerData: work });
  const end = (): void => void thread.terminate();
  signal.addEventListener("abort", end, { once: true });
  try {
    return await new Promise<readonly NewContent[]>((resolve, reject) => {
      thread.on("message", (message: PictureMessage) => {
        if ("contents" in message) resolve(message.contents);
        else onProgress("hashing pictures", message.done, message.total);
      });
      thread.on("error", reject);
      thread.on("exit", () => reject(new Error("the thread that hashes the pictures has ended")));
    });
  } finally {
    signal.removeEventListener("abort", end);
  }
}
