// A server in a process of its own, probed all the time while it measures itself.
import { once } from "node:events";
import { get } from "node:http";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

export const PROBE_MS = 20;

/** Asks for liveness, on a new connection each time, as a kubelet does. Returns the ms that it took. */
export function probe(port) {
  const asked = performance.now();
  return new Promise((done, failed) => {
    const asking = get({ port, host: "127.0.0.1", path: "/status/live", agent: false }, (answer) => {
      answer.resume();
      answer.on("end", () => done(performance.now() - asked));
    });
    asking.on("error", failed);
  });
}

/** Probes a process until it has printed its result. It prints its port first. Returns the result and the slowest probe. */
export async function probed(child) {
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const port = Number((await lines.next()).value);
  let result;
  void lines.next().then(({ value }) => (result = JSON.parse(value)));
  let slowestMs = 0;
  while (!result) {
    slowestMs = Math.max(slowestMs, await probe(port));
    await sleep(PROBE_MS);
  }
  child.kill("SIGKILL");
  await once(child, "exit");
  return { ...result, slowestMs };
}
