// node servers/application.mjs plain|health: looks up in an index of 100,000 entries that is rebuilt in the background.
import { createServer } from "node:http";
import { createHealth } from "../../dist/src/index.js";
import { probes } from "../../dist/adapters/node.js";
import { listen } from "./listen.mjs";

const ENTRIES = 100_000;
const EVERY_MS = 1_000;
let key = 0;

function build() {
  const index = new Map();
  for (let n = 0; n < ENTRIES; n++) index.set(n, n);
  return index;
}

const answerFrom = (index) => (_request, response) => {
  response.writeHead(200, { "content-type": "text/plain", "content-length": "1" });
  response.end(index().get((key = (key + 7_919) % ENTRIES)) === undefined ? "0" : "1");
};

if (process.argv[2] === "health") {
  const health = createHealth();
  // Without jitter: both sides build equally often.
  const index = health.resource("index", { load: build, refreshEvery: EVERY_MS, jitter: 0 });
  await index.get();
  listen(
    createServer(
      probes(
        health,
        answerFrom(() => index.peek()),
      ),
    ),
  );
} else {
  let held = build();
  setInterval(() => (held = build()), EVERY_MS);
  listen(createServer(answerFrom(() => held)));
}
