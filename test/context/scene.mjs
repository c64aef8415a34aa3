// Plays requests on Node, Bun and Deno alike: each has a store of its own and is the first to ask a health for something.
// The last argument is the address of the library. It prints what every callback of the user's saw of the stores, and how
// many of the stores could not be collected while the healths live on.
import { AsyncLocalStorage } from "node:async_hooks";
import process from "node:process";

const { createHealth, heartbeat, loaded, onRequest } = await import(process.argv.at(-1));
const gc = globalThis.Bun ? () => globalThis.Bun.gc(true) : globalThis.gc;
const requests = new AsyncLocalStorage();
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const ignore = () => {};
// Made outside: the first Request makes Node load its fetch, which keeps the context of that moment.
const probe = new Request("http://x/status");

/** How many healths play one scene. */
const COPIES = 4;

/** What a request may do first. */
const ASKS = {
  "start()": ({ health }) => health.start(),
  "get()": ({ index }) => index.get(),
  "get({ maxAge })": ({ index }) => index.get({ maxAge: 0 }),
  "get({ signal })": ({ index }) => index.get({ signal: AbortSignal.timeout(5) }),
  "reload()": ({ index }) => index.reload(),
  "a probe": ({ health }) => void health.fetch(probe),
  "whenReady()": ({ health }) => health.whenReady(),
  "subscribe()": ({ health, index, listen }) => {
    health.subscribe(listen);
    index.subscribe(listen);
    health.start();
  },
  "invalidate()": ({ health, index }) => {
    health.start();
    index.invalidate();
  },
  "unload()": ({ health, index }) => {
    health.start();
    index.unload();
  },
  "a heartbeat": ({ health, beat }) => {
    beat();
    health.start();
  },
  "a resource that is registered late": ({ health, options }) => {
    health.start();
    health.resource("late", options);
  },
};

/** A health in the background. Every callback of the user's notes which request it sees. */
function createWorld(refreshEvery) {
  const seen = {};
  const note = (where) => {
    seen[where] ??= { calls: 0, stores: [] };
    seen[where].calls++;
    const store = requests.getStore();
    if (store) seen[where].stores.push(store.name);
  };
  let loads = 0;
  const health = createHealth();
  const options = {
    async load() {
      note("load");
      await pause(1);
      note("later in the load");
      // The second and every third after it is refused.
      return loaded({ isBad: ++loads % 3 === 2 }, { revision: loads });
    },
    validate(next) {
      note("validate");
      return !next.isBad;
    },
    onRejected: () => note("onRejected"),
    dispose: () => note("dispose"),
    disposeAfter: 0,
    refreshEvery,
    jitter: 0,
    ...(refreshEvery !== "1h" && { retryMost: 10 }),
  };
  const index = health.resource("index", options);
  health.subscribe(() => note("listener"));
  return {
    health,
    index,
    options,
    beat: heartbeat(health, "loop", { within: "1h" }),
    listen: () => note("listener"),
    seen,
  };
}

/** Asks in a request of its own. Only a WeakRef of its store is left. */
function askInRequest(name, world) {
  const store = { name, data: new Uint8Array(100_000) };
  requests.run(store, () => void Promise.resolve(ASKS[name](world)).then(ignore, ignore));
  return new WeakRef(store);
}

/** How many stores live after the garbage was collected, again and again, for a while. */
async function leftOf(refs) {
  for (let time = 0; time < 40; time++) {
    gc();
    await pause(20);
    if (refs.every((ref) => ref.deref() === undefined)) break;
    await pause(20);
  }
  return refs.filter((ref) => ref.deref() !== undefined).length;
}

async function play(name) {
  // One is quick: its timer fires many times. The others wait for theirs, which the request set.
  const quick = createWorld(20);
  const slow = Array.from({ length: COPIES }, () => createWorld("1h"));
  const refs = [quick, ...slow].map((world) => askInRequest(name, world));
  const until = Date.now() + 5_000;
  while (Date.now() < until && !(quick.seen.dispose?.calls > 1 && quick.seen.onRejected?.calls > 1)) await pause(20);
  const left = await leftOf(refs);
  const seen = {};
  for (const world of [quick, ...slow])
    for (const [where, { calls, stores }] of Object.entries(world.seen)) {
      seen[where] ??= { calls: 0, stores: [] };
      seen[where].calls += calls;
      seen[where].stores.push(...stores);
    }
  const alive = [quick, ...slow].filter(({ health }) => health.snapshot().probes.liveness.ok).length;
  for (const { health } of [quick, ...slow]) void health.close();
  return { name, seen, left, of: refs.length, alive };
}

/** In request mode a load belongs to a request, and sees its store. */
async function playRequestMode() {
  const health = createHealth({ refresh: onRequest() });
  const seen = [];
  const index = health.resource("index", {
    load: async () => {
      seen.push(requests.getStore()?.name);
      await pause(1);
      seen.push(requests.getStore()?.name);
      return {};
    },
    refreshEvery: 20,
    jitter: 0,
  });
  for (const name of ["one", "two", "three"]) {
    await requests.run({ name }, () => index.get());
    await pause(30);
  }
  await requests.run({ name: "four" }, () => index.reload());
  void health.close();
  return seen;
}

const played = await Promise.all(Object.keys(ASKS).map(play));
console.log(JSON.stringify({ played, request: await playRequestMode() }));
process.exit(0);
