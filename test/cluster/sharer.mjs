// One of several processes that share a value. It builds what the file `source` says, and writes down that it did.
//   node sharer.mjs <folder> <how many ms a build takes> <the silence of a builder that is too long>     prints {"role","revision","value"} when any of it changes
import { appendFileSync, readFileSync } from "node:fs";
import { createHealth, loaded, unchanged } from "../../dist/src/index.js";
import { json } from "../../dist/src/source/file/index.js";
import { shared } from "../../dist/src/cluster/index.js";

const [folder, buildMs = "0", timeout = "20s"] = process.argv.slice(2);
const build = async ({ revision }) => {
  const source = readFileSync(`${folder}/source`, "utf8");
  if (source === "down") throw new Error("the source is down");
  if (source === revision) return unchanged();
  appendFileSync(`${folder}/builds`, `${source}\n`);
  await new Promise((done) => setTimeout(done, Number(buildMs)));
  return loaded({ from: source }, { revision: source });
};
const load = shared(`${folder}/shared`, build, { codec: json(), timeout });
const health = createHealth();
const index = health.resource("index", { load, refreshEvery: 100, staleAfter: "1m", retryMost: 100 });
let last = "";
health.subscribe(() => {
  const { revision, value, lastError } = index.snapshot();
  const line = JSON.stringify({
    pid: process.pid,
    role: load.role,
    revision,
    value: value?.from,
    error: lastError?.error.message,
  });
  if (line !== last) console.log(line);
  last = line;
});
health.start();
// The health keeps no process alive.
setInterval(() => {}, 60_000);
