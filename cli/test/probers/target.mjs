// The service that real clients are pointed at: the library itself, told by lines on standard input what to be.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { probes } from "health-state/node";
import { createHealth, loaded } from "health-state";

const DAY = 86_400_000;
const { promise: first, release } = (() => {
  let release = () => {};
  const promise = new Promise((resolve) => (release = resolve));
  return { promise, release };
})();

let age = 0;
const health = createHealth();
const index = health.resource("index", {
  load: async () => {
    await first;
    return loaded({}, { asOf: Date.now() - age });
  },
  refreshEvery: "1h",
  staleAfter: "3h",
});
health.start();

const COMMANDS = {
  ready: async () => {
    release();
    await index.get();
  },
  stale: async () => {
    age = DAY;
    await index.reload();
  },
  drain: () => health.drain(),
};

const server = createServer(probes(health, (_request, response) => response.end("work")));
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
createInterface({ input: process.stdin }).on("line", async (line) => {
  await COMMANDS[line]();
  console.log("ok");
});
