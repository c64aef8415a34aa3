// Runs every case over the built package, and gives why some failed. For Workers and processes alike.
import { byVersion, retryLater } from "../../../../dist/src/index.js";
import { fromHttp, fromPointer } from "../../../../dist/src/source/http/index.js";
import { CASES } from "../cases.ts";
import { runCase } from "../client.ts";

const API = { fromHttp, fromPointer, byVersion, retryLater };

/** Each of the cases from `first` to `last`: its name, and why it failed. */
export async function runAll(base, other, runtime, first = 0, last = CASES.length) {
  const results = [];
  for (let index = first; index < Math.min(last, CASES.length); index++) {
    const one = CASES[index];
    const reason = one.skip?.[runtime];
    results.push({
      name: one.name,
      skipped: reason,
      failed: reason ? undefined : await runCase(API, one, index, base, other),
    });
  }
  return results;
}
