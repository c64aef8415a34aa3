import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { judgeFile, type Judged, type Judging } from "./doctor/judge.ts";

// One thread of the doctor: it judges its share of the files and hands the results back.
// SAFETY: threads.ts is the only one that starts this file, and hands in exactly this.
const { files, judging } = workerData as { readonly files: readonly string[]; readonly judging: Judging };
const judged: Judged[] = [];
for (const file of files) {
  const each = await judgeFile(file, (name) => readFileSync(name, "utf8"), judging);
  // The changes of a file hold its whole tree, and nobody asks for them here.
  if ("result" in each) {
    const findings = each.result.findings.map(({ edit: _edit, ...finding }) => finding);
    judged.push({ result: { ...each.result, findings }, text: "" });
  } else judged.push(each);
}
parentPort?.postMessage(judged);
