// A service that is ready, and whose main thread then computes for so many seconds. Its probes are in a thread.
import { createHealth } from "../../dist/src/index.js";
import { probeThread } from "../../dist/src/thread/index.js";

const health = createHealth();
health.resource("index", { load: () => ({}), refreshEvery: "1h" });
await health.whenReady();
const { port } = await probeThread(health, { port: 0, host: "127.0.0.1" }).listening;
console.log(port);
setTimeout(() => {
  const end = performance.now() + Number(process.argv[2]) * 1_000;
  let sum = 0;
  while (performance.now() < end) for (let at = 0; at < 1e6; at++) sum += at;
  console.log(sum > 0 ? "done" : "");
}, 1_000);
setInterval(() => {}, 60_000);
