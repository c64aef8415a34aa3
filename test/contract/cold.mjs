// Request mode on real workerd and the real clock: isolates that start cold.
import { get } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { withDeadline } from "./deadline.mjs";
import { endWorker, openWorker } from "./places.mjs";

/** How long an isolate may take to keep a promise, and to answer a request. */
const PATIENCE_MS = 20_000;

function ask(base, path) {
  return new Promise((resolve, reject) => {
    const request = get(new URL(path, base), { agent: false, timeout: PATIENCE_MS }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk) => (body += chunk));
      response.on("end", () => resolve({ status: response.statusCode, body })).on("error", reject);
    });
    request.on("error", reject).on("timeout", () => request.destroy(new Error("no answer in time")));
  });
}

/** Asks until the answer matches. It ends when the Worker does, because a request is then refused. */
async function askUntil(base, path, matches) {
  for (;;) {
    const answer = await ask(base, path);
    if (matches(answer)) return;
    await pause(5);
  }
}

/** How many loads began, and how many came to their end. */
const loadsOf = async (base) => JSON.parse((await ask(base, "/loads")).body);

/** A request whose client goes away once its load has begun, or when it is told to. */
async function askAndLeave(base, path, until = Promise.resolve()) {
  const { loads } = await loadsOf(base);
  const request = get(new URL(path, base), { agent: false });
  request.on("error", () => {});
  await askUntil(base, "/loads", ({ body }) => JSON.parse(body).loads !== loads);
  await until;
  // workerd takes the end of what a client sends for no leave; a connection that is reset it cancels.
  request.socket.resetAndDestroy();
}

/**
 * Two requests: the first starts the load and leaves once the second waits too. The second is sent only when the load
 * runs, because otherwise it might start the load, and the first would wait for one of its own.
 */
async function askBoth(base, path) {
  let leave;
  const told = new Promise((resolve) => (leave = resolve));
  const left = askAndLeave(base, path, told);
  // If the lines below fail first, nobody awaits it.
  left.catch(() => {});
  await askUntil(base, "/loads", ({ body }) => JSON.parse(body).loads > 0);
  return Promise.all([ask(base, path), pause(50).then(leave), left]);
}

function expect(is, must, what) {
  if (JSON.stringify(is) !== JSON.stringify(must))
    throw new Error(`${what}: ${JSON.stringify(is)}, must be ${JSON.stringify(must)}`);
}

/** What a cold isolate promises. */
export const COLD = {
  "a probe starts the load, answers 503 at once, and the load ends behind it": async (base) => {
    expect(await ask(base, "/status"), { status: 503, body: "INDEX-NOT-LOADED" }, "the first probe");
    expect(await ask(base, "/status/live"), { status: 200, body: "I-AM-ALIVE" }, "liveness");
    await askUntil(base, "/status", ({ status }) => status === 200);
    expect((await loadsOf(base)).loads, 1, "loads");
  },
  "two requests at once run one load, and both are served": async (base) => {
    const served = { status: 200, body: '{"number":1}' };
    expect(await Promise.all([ask(base, "/data"), ask(base, "/data")]), [served, served], "the answers");
    expect((await loadsOf(base)).loads, 1, "loads");
  },
  "a request whose client left does not take the other's value with it": async (base) => {
    const [served] = await askBoth(base, "/data");
    expect(served.status, 200, "the one that stayed");
  },
  "after a request whose client left, the next one is served": async (base) => {
    await askAndLeave(base, "/data");
    expect((await ask(base, "/data")).status, 200, "the next one");
  },
  "a load that died with its request is taken over by the next one, when its lease expires": async (base) => {
    await askAndLeave(base, "/bare");
    expect(await ask(base, "/bare"), { status: 200, body: '{"number":2}' }, "the next one");
    expect(await loadsOf(base), { loads: 2, ended: 1 }, "the loads");
  },
  "a refresh that died with its request takes the value from nobody, and is taken over": async (base) => {
    const first = { status: 200, body: '{"number":1}' };
    expect(await ask(base, "/bare"), first, "the first one");
    await askAndLeave(base, "/reload");
    expect(await ask(base, "/bare"), first, "one that comes meanwhile");
    expect(await ask(base, "/reload"), { status: 200, body: '{"number":3}' }, "the next one");
    expect(await loadsOf(base), { loads: 3, ended: 2 }, "the loads");
  },
  "a load that died with its request is taken over by one that waited all along": async (base) => {
    const [served] = await askBoth(base, "/bare");
    expect(served, { status: 200, body: '{"number":2}' }, "the one that stayed");
    expect(await loadsOf(base), { loads: 2, ended: 1 }, "the loads");
  },
};

/** Runs each in an isolate of its own: `(name, result)` is told of each. */
export async function runCold(compatibilityDate, tell) {
  for (const [name, promise] of Object.entries(COLD)) {
    let worker;
    try {
      worker = await openWorker("test/contract/app/cold.mjs", compatibilityDate);
      const base = await withDeadline("the start of workerd", PATIENCE_MS, worker.ready);
      await withDeadline("the isolate", PATIENCE_MS, promise(base));
      tell(name, undefined);
    } catch (error) {
      tell(name, error);
    } finally {
      await endWorker(worker);
    }
  }
}
