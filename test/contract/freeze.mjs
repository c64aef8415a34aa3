// Lambda freezes a function between two invocations: SIGSTOP and SIGCONT do the same to a process.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { withDeadline } from "./deadline.mjs";
import { at, Missing, RUNTIMES } from "./places.mjs";

/** How long an invocation may take, in ms, and how long a process may take to start or to stand still. */
const PATIENCE_MS = 5_000;
const START_MS = 20_000;

/** What stands still, and how long it does: a clock that stood still too is seen past a second (docs/why/decisions.md). */
const KINDS = {
  "the process stands still": { suspended: false, frozenMs: 600 },
  "the machine stands still, its monotonic clock too": { suspended: true, frozenMs: 1_400 },
};

/** When it is asked, in ms from the thaw: before or after the timers that became due. */
const WAKES = { "as it thaws": 0, "after it thawed": 150 };

function expect(is, must, what) {
  if (JSON.stringify(is) !== JSON.stringify(must))
    throw new Error(`${what}: ${JSON.stringify(is)}, must be ${JSON.stringify(must)}`);
}

/** Starts a function; `invoke(path)` gives its answer, `freeze(ms)` stops it and lets it go on. */
async function open([command, ...args], limits) {
  const child = spawn(command, [...args, at("test/contract/process/lambda.mjs"), JSON.stringify(limits)], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, NO_COLOR: "1" },
  });
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const answers = new Map();
  const ready = once(lines, "line").then(() =>
    lines.on("line", (line) => {
      const { id, answer } = JSON.parse(line);
      answers.get(id)(answer);
    }),
  );
  const ended = exited.then(([code]) => Promise.reject(new Error(`it ended with ${code}`)));
  await withDeadline("its start", START_MS, Promise.race([ready, ended])).catch((error) => {
    child.kill("SIGKILL");
    throw error;
  });
  let ids = 0;
  const invoke = (path) => {
    const id = ++ids;
    child.stdin.write(`${JSON.stringify({ id, path })}\n`);
    const late = pause(PATIENCE_MS, undefined, { ref: false }).then(() =>
      Promise.reject(new Error(`${path} has no answer after ${PATIENCE_MS} ms`)),
    );
    return Promise.race([new Promise((resolve) => answers.set(id, resolve)), late]);
  };
  return {
    invoke,
    /** Gives the answer to what was asked `wake` ms after the thaw; with 0 it waits there already. */
    async freeze(ms, path, wake) {
      child.kill("SIGSTOP");
      const end = performance.now() + START_MS;
      while (!/^\d+ \(.*\) T/.test(readFileSync(`/proc/${child.pid}/stat`, "utf8"))) {
        if (performance.now() > end) throw new Error(`SIGSTOP did not stop it within ${START_MS} ms`);
        await pause(5);
      }
      await pause(ms);
      const waiting = wake ? undefined : invoke(path);
      child.kill("SIGCONT");
      await pause(wake);
      return waiting ?? invoke(path);
    },
    async end() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

const LIMITS = { staleAfter: "200ms", refuseAfter: "400ms", timeout: "20s" };
const data = (version) => ({ status: 200, body: String(version) });

/** What a function that was frozen promises: `wake` says when it is asked. */
const PROMISES = {
  "a value past refuseAfter is not ready, and is reloaded before it is used": async ({ open, frozenMs, wake }) => {
    const { invoke, freeze } = await open(LIMITS);
    expect(await invoke("/data"), data(1), "before");
    expect(await freeze(frozenMs, "/data", wake), data(2), "after the thaw");
    const stale = { status: 503, state: "STALE", body: "INDEX-STALE" };
    expect(await freeze(frozenMs, "/status", wake), stale, "readiness");
  },
  "a value past staleAfter is ready, and is not called fresh": async ({ open, frozenMs, wake }) => {
    const { invoke, freeze } = await open({ ...LIMITS, refuseAfter: "1h" });
    expect(await invoke("/data"), data(1), "before");
    expect(await freeze(frozenMs, "/data", wake), data(2), "after the thaw");
    const stale = { status: 200, state: "STALE", body: "I-AM-ALIVE" };
    expect(await freeze(frozenMs, "/status", wake), stale, "readiness");
  },
  "a load that was frozen half-way brings nothing fresh": async ({ open, frozenMs, wake }) => {
    const { invoke, freeze } = await open(LIMITS);
    expect((await invoke("/status")).status, 503, "the probe that starts the load");
    const { status, state } = await freeze(frozenMs, "/status", wake);
    expect([status, state === "READY"], [503, false], "readiness");
    const late = await invoke("/data");
    expect([late.status, late.body === "1"], [200, false], "the data");
  },
  "a load that died of the freeze is taken over": async ({ open, frozenMs, wake }) => {
    const { invoke, freeze } = await open({ ...LIMITS, hanging: 1 });
    expect((await invoke("/status")).status, 503, "the probe that starts the load");
    expect(await freeze(frozenMs, "/data", wake), data(2), "after the thaw");
  },
  "so is one that was frozen past its timeout: nobody failed": async ({ open, frozenMs, wake }) => {
    const { invoke, freeze } = await open({ ...LIMITS, timeout: "500ms", hanging: 1 });
    expect((await invoke("/status")).status, 503, "the probe that starts the load");
    expect(await freeze(frozenMs, "/data", wake), data(2), "after the thaw");
  },
  "and one that a probe finds dead": async ({ open, frozenMs, wake }) => {
    const { invoke, freeze } = await open({ ...LIMITS, hanging: 1 });
    expect((await invoke("/status")).status, 503, "the probe that starts the load");
    expect((await freeze(frozenMs, "/status", wake)).status, 503, "the probe that takes it over");
    await pause(150);
    expect((await invoke("/status")).body === "INDEX-NOT-LOADED", false, "the next probe finds nothing");
  },
};

/** Each promise, in each kind of freeze, woken each way. */
const WAYS = Object.entries(KINDS).flatMap(([kind, how]) =>
  Object.entries(WAKES).map(([when, wake]) => ({ way: `${kind}, asked ${when}`, wake, ...how })),
);

/** Runs every promise on every runtime: `(place, name, result)` is told of each. */
export async function runFreeze(tell, wanted) {
  for (const [runtime, { command }] of Object.entries(RUNTIMES)) {
    const place = `${runtime}, Lambda freeze`;
    if (!wanted(place)) continue;
    for (const [name, promise] of Object.entries(PROMISES)) {
      const attempt = async ({ way, wake, suspended, frozenMs }) => {
        const opened = [];
        try {
          if (process.platform !== "linux") throw new Missing("a freeze is modelled by SIGSTOP and /proc, on Linux");
          if (!command[0]) throw new Missing(`${runtime} is not installed`);
          const openOne = async (limits) => {
            const one = await open(command, { ...limits, suspended });
            opened.push(one);
            return one;
          };
          tell(place, `${name} (${way})`, await promise({ open: openOne, frozenMs, wake }));
        } catch (error) {
          tell(place, `${name} (${way})`, error instanceof Error ? error : new Error(String(error)));
        } finally {
          await Promise.all(opened.map((one) => one.end()));
        }
      };
      // Nearly all of it is standing still.
      await Promise.all(WAYS.map(attempt));
    }
  }
}
