import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { judgeFile, type Judged } from "./doctor/judge.ts";
import { simulate } from "./simulate/index.ts";
import type { Simulated, Work } from "./threads.ts";

// One thread: it does its share of the work and hands the results back.
// SAFETY: threads.ts is the only one that starts this file, and hands in exactly this.
const work = workerData as Work;
if (work.kind === "judge") parentPort?.postMessage(await judge(work));
else {
  const post = (message: Simulated): void => parentPort?.postMessage(message);
  const result = await simulate(work.setup, { seed: work.seed, onProgress: (share) => post({ share }) });
  post({ result });
}

async function judge({ files, judging }: Work & { kind: "judge" }): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  for (const file of files) {
    const each = await judgeFile(file, (name) => readFileSync(name, "utf8"), judging);
    // The changes of a file hold its whole tree, and nobody asks for them here.
    if ("result" in each) {
      const findings = each.result.findings.map(({ edit: _edit, ...finding }) => finding);
      judged.push({ result: { ...each.result, findings }, text: "" });
    } else judged.push(each);
  }
  return judged;
}
