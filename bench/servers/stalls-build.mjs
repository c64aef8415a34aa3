// What is built, and how. It is the module of offThread() too.
import { parentPort, workerData } from "node:worker_threads";
import { packedMap } from "../../dist/src/packed/index.js";

export const prices = packedMap({ keys: "string", values: "float64" });

/** A key of 32 characters, another one for each number. */
export function keyOf(at) {
  let mixed = Math.imul(at + 1, 2_654_435_761) >>> 0;
  let key = "";
  for (let part = 0; part < 4; part++) {
    mixed = Math.imul(mixed ^ (mixed >>> 15), 2_246_822_519) >>> 0;
    key += mixed.toString(16).padStart(8, "0");
  }
  return key;
}

export function* entriesOf(count) {
  for (let at = 0; at < count; at++) yield [keyOf(at), at];
}

export default () => prices.pack(entriesOf(Number(process.env.ENTRIES)));

// The two ways by hand.
if (workerData === "worker-map") parentPort.postMessage(new Map(entriesOf(Number(process.env.ENTRIES))));
if (workerData === "worker-bytes") {
  const bytes = prices.pack(entriesOf(Number(process.env.ENTRIES)));
  parentPort.postMessage(bytes, [bytes.buffer]);
}
