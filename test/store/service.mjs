// A service that keeps its value in a file:  node service.mjs <path> <revision that the source announces, or "hangs"> <behind>
// Its wall clock is so many ms behind.
// It writes one line of JSON for each event of the resource, and ends when its input ends, as a drained process does.
import { createHealth, loaded, notEmpty, unchanged } from "../../dist/src/index.js";
import { fileStore, json } from "../../dist/src/source/file/index.js";

const [path, announced, behind] = process.argv.slice(2);
const clock = {
  wall: () => Date.now() - Number(behind),
  monotonic: () => performance.now(),
  random: () => Math.random(),
  setTimer: (callback, delayMs, keepAlive) => {
    const timer = setTimeout(() => callback(), delayMs);
    if (!keepAlive) timer.unref();
    return () => clearTimeout(timer);
  },
};
const health = createHealth({ clock });
const codec = json({ write: (map) => [...map], read: (rows) => new Map(rows) });
const index = health.resource("index", {
  load: ({ revision }) => {
    if (announced === "hangs") return new Promise(() => {});
    if (revision === announced) return unchanged();
    return loaded(announced === "empty" ? new Map() : new Map([["revision", announced]]), { revision: announced });
  },
  validate: notEmpty(),
  refreshEvery: "1h",
  lastKnownGood: fileStore(path, { codec, maxAge: "7d", schema: "1" }),
});
index.subscribe(({ type, state, outcome, result, reason, snapshot }) => {
  const { origin, generation, age } = snapshot;
  const value = snapshot.value?.get("revision");
  console.log(JSON.stringify({ type, state, outcome, result, reason, origin, generation, value, isOld: age > 1_000 }));
});
process.stdin.on("end", () => void health.close().then(() => process.exit())).resume();
health.start();
