// A service whose main thread can be blocked until somebody writes to its standard input. It runs on every runtime.
//   the port of its own server and that of the probes are printed as JSON
import { readSync } from "node:fs";
import { createServer } from "node:http";
import { createHealth, heartbeat } from "../../dist/src/index.js";
import { probes } from "../../dist/adapters/node.js";
import { probeThread } from "../../dist/src/thread/index.js";

// Every thread that this process starts.
const threads = [];
process.on("worker", (started) => threads.push(started));

const [wedgedAfter = "30s", verdictFor = "5s"] = process.argv.slice(2);
const health = createHealth({ paths: { readiness: ["/status", { path: "/old", headers: { sunset: "soon" } }] } });
let isLoaded = () => {};
const loaded = new Promise((done) => (isLoaded = done));
health.resource("index", { load: () => loaded, refreshEvery: "1h" });
const beat = heartbeat(health, "loop", { within: "1h" });
beat();

const DEEDS = {
  "/load": () => isLoaded({}),
  "/block": () => setTimeout(() => readSync(0, Buffer.alloc(1)), 50),
  "/drain": () => health.drain(),
  "/close": () => health.close(),
  "/kill": () => threads.at(-1).terminate(),
  "/state": () => {},
};
const server = createServer(
  probes(health, ({ url }, response) => {
    DEEDS[url]?.();
    response.end(
      JSON.stringify({
        ...thread.snapshot(),
        started: health.snapshot().resources[0]?.state !== "NOT_LOADED",
        threads: threads.length,
      }),
    );
  }),
);
const thread = probeThread(health, { port: 0, host: "127.0.0.1", busyAfter: 300, wedgedAfter, verdictFor });
const { port } = await thread.listening;
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ own: server.address().port, port })));
