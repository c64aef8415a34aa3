// A program that has nothing to do but a thread that answers probes: it ends by itself.
//   node idle.mjs again       the thread dies first, and another one has taken its place
import { createHealth } from "../../dist/src/index.js";
import { probeThread } from "../../dist/src/thread/index.js";

const threads = [];
process.on("worker", (started) => threads.push(started));

const thread = probeThread(createHealth(), { port: 0, host: "127.0.0.1" });
const { port } = await thread.listening;
if (process.argv[2] === "again") {
  await threads[0].terminate();
  let answer;
  while (!answer) answer = await fetch(`http://127.0.0.1:${port}/status/live`).catch(() => undefined);
  console.log(answer.status, threads.length);
}
console.log("listened");
