// Plays a process in which the loader and a listener are the first to enter a context (`enterWith`). The last argument is
// the address of the library. It prints what each later callback saw of that context.
import { AsyncLocalStorage } from "node:async_hooks";
import process from "node:process";

const { createHealth } = await import(process.argv.at(-1));
const entered = new AsyncLocalStorage();
const seen = [];
const note = (where) => seen.push(`${where}: ${entered.getStore() ?? "none"}`);
let loads = 0;
let isOver = () => {};
const over = new Promise((resolve) => {
  isOver = resolve;
});

const health = createHealth();
const index = health.resource("index", {
  load: () => {
    note("load");
    if (++loads === 1) entered.enterWith("the first load");
    if (loads === 4) isOver();
    return { loads };
  },
  dispose: () => note("dispose"),
  disposeAfter: 0,
  refreshEvery: 10,
  staleAfter: "1h",
  jitter: 0,
});
index.subscribe(() => note("listener"));
// Not at the top of the module, because what it enters there is the context of all that follows.
setTimeout(() => health.start(), 1);
// The library's timer keeps no process alive.
const alive = setInterval(() => {}, 1_000);
await over;
clearInterval(alive);
await health.close();
console.log(JSON.stringify([...new Set(seen)]));
