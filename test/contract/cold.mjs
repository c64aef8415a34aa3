// Request mode on real workerd and the real clock: isolates that start cold.
import { get } from "node:http";
import { openWorker } from "./places.mjs";

function ask(base, path) {
  return new Promise((resolve, reject) => {
    const request = get(new URL(path, base), { agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk) => (body += chunk));
      response.on("end", () => resolve({ status: response.statusCode, body })).on("error", reject);
    });
    request.on("error", reject);
  });
}

/** A request whose client goes away once the load has begun. */
async function askAndLeave(base, path) {
  const request = get(new URL(path, base), { agent: false });
  request.on("error", () => {});
  while ((await ask(base, "/loads")).body === "0");
  request.destroy();
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
    while ((await ask(base, "/status")).status !== 200);
    expect((await ask(base, "/loads")).body, "1", "loads");
  },
  "two requests at once run one load, and both are served": async (base) => {
    const served = { status: 200, body: '{"number":1}' };
    expect(await Promise.all([ask(base, "/data"), ask(base, "/data")]), [served, served], "the answers");
    expect((await ask(base, "/loads")).body, "1", "loads");
  },
  "a request whose client left does not take the other's value with it": async (base) => {
    const [, served] = await Promise.all([askAndLeave(base, "/data"), ask(base, "/data")]);
    expect(served.status, 200, "the one that stayed");
  },
  "after a request whose client left, the next one is served": async (base) => {
    await askAndLeave(base, "/data");
    expect((await ask(base, "/data")).status, 200, "the next one");
  },
};

/** Runs each in an isolate of its own: `(name, result)` is told of each. */
export async function runCold(compatibilityDate, tell) {
  for (const [name, promise] of Object.entries(COLD)) {
    let worker;
    try {
      worker = await openWorker("test/contract/app/cold.mjs", compatibilityDate);
      await promise(await worker.ready);
      tell(name, undefined);
    } catch (error) {
      tell(name, error);
    } finally {
      await worker?.dispose();
    }
  }
}
