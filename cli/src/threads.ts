import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Judged, Judging } from "./doctor/judge.ts";

/** Fewer files are read by one thread before another one has started. */
const WORTH_IT = 200;

/** Judges many files in several threads, in the order of the files; `undefined` where one thread is as fast. */
export async function judgeInThreads(
  files: readonly string[],
  judging: Judging,
): Promise<readonly Judged[] | undefined> {
  const count = Math.min(availableParallelism(), 4);
  if (count < 2 || files.length < WORTH_IT || files.includes("-")) return undefined;
  const shares = Array.from({ length: count }, (_, index) => files.filter((_file, place) => place % count === index));
  const judged = await Promise.all(shares.map((share) => judgeShare(share, judging)));
  return files.flatMap((_, place) => judged[place % count]?.[Math.floor(place / count)] ?? []);
}

function judgeShare(files: readonly string[], judging: Judging): Promise<readonly Judged[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: { files, judging } });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}
