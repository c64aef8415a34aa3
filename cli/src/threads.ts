import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Judged, Judging } from "./doctor/judge.ts";
import type { PlayAll, Setup, SimulationResult } from "./simulate/index.ts";

/** A share of the work for the worker. */
export type Work =
  | { readonly kind: "judge"; readonly files: readonly string[]; readonly judging: Judging }
  | { readonly kind: "simulate"; readonly setup: Setup; readonly seed: number };

/** What a worker that simulates posts. */
export type Simulated = { readonly share: number } | { readonly result: SimulationResult };

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
    const worker = startWorker({ kind: "judge", files, judging });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

/** Fewer simulated seconds of all replicas take less time than the start of a thread: 50 replicas for an hour. */
const WORTH_A_THREAD = 50 * 3_600;

/** Simulates each setup in a thread of its own. `undefined` where one thread is as fast. */
export function simulateInThreads(
  ...[setups, { seed = 1, onProgress }]: Parameters<PlayAll>
): ReturnType<PlayAll> | undefined {
  if (setups.every(({ replicas, durationSeconds }) => replicas * durationSeconds < WORTH_A_THREAD)) return undefined;
  const shares = setups.map(() => 0);
  const each = setups.map((setup, index) =>
    simulateIn(startWorker({ kind: "simulate", setup, seed }), (share) => {
      shares[index] = share;
      void onProgress?.(shares.reduce((sum, one) => sum + one, 0) / setups.length);
    }),
  );
  return Promise.all(each);
}

function simulateIn(worker: Worker, onShare: (share: number) => void): Promise<SimulationResult> {
  return new Promise((resolve, reject) => {
    worker.on("message", (message: Simulated) => {
      if ("share" in message) onShare(message.share);
      else resolve(message.result);
    });
    worker.once("error", reject);
  });
}

/** A simulation creates many objects that live shortly. With more room for them, it is a quarter faster. */
const resourceLimits = { maxYoungGenerationSizeMb: 192 };

function startWorker(workerData: Work): Worker {
  return new Worker(new URL("./worker.js", import.meta.url), { workerData, resourceLimits });
}
