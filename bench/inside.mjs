import { grpcHealth } from "../dist/src/grpc/index.js";
import { createHealth } from "../dist/src/index.js";
import { logTo } from "../dist/src/log/index.js";
import { instrument } from "../dist/src/otel/index.js";
import { statusPage } from "../dist/src/page/index.js";
import { collect } from "../dist/src/prometheus/index.js";
import { createVirtualClock } from "../dist/src/testing/index.js";
import { differences, ratios, rounded, rounds } from "./rounds.mjs";
import { row } from "./stats.mjs";

const REQUEST = new Request("http://127.0.0.1/status");
const ANSWER = createHealth().fetch(REQUEST);
const HEADERS = Object.fromEntries([...ANSWER.headers, ["health-state", "READY"]]);
delete HEADERS["retry-after"];

/** Keeps what is computed from being left out by the compiler. */
const sink = { last: undefined };

async function loadedHealth(resources) {
  const health = createHealth();
  for (let n = 0; n < resources; n++) health.resource(`index-${n}`, { load: () => n + 1, refreshEvery: "1h" });
  await health.whenReady();
  return health;
}

const asking = (health) => (times) => {
  for (let n = 0; n < times; n++) sink.last = health.fetch(REQUEST);
};

/** A probe in process: beside a Response that is built anew, and with 10,000 resources beside one. */
export async function probe() {
  const one = await loadedHealth(1);
  const many = await loadedHealth(10_000);
  const samples = await rounds(
    {
      constant: (times) => {
        for (let n = 0; n < times; n++) sink.last = new Response("I-AM-ALIVE", { status: 200, headers: HEADERS });
      },
      one: asking(one),
      many: asking(many),
    },
    { count: rounded(41), times: 20_000 },
  );
  await Promise.all([one.close(), many.close()]);
  return [
    row("fetch", "`health.fetch(request)`", "building the constant Response", ratios(samples, "one", "constant"), "×", [
      "<=",
      1.15,
    ]),
    row(
      "fetch-10000",
      "`health.fetch(request)` with 10,000 resources",
      "with 1 resource",
      ratios(samples, "many", "one"),
      "×",
      ["<=", 1.05],
    ),
  ];
}

/** What a reader pays for a fresh value. */
export async function read() {
  const health = createHealth();
  const index = health.resource("index", { load: () => ({ size: 1 }), refreshEvery: "1h" });
  await health.whenReady();
  const variable = { held: index.peek() };
  const resolved = Promise.resolve(variable.held);
  const samples = await rounds(
    {
      variable: (times) => {
        for (let n = 0; n < times; n++) sink.last = variable.held;
      },
      peek: (times) => {
        for (let n = 0; n < times; n++) sink.last = index.peek();
      },
      resolved: async (times) => {
        for (let n = 0; n < times; n++) sink.last = await resolved;
      },
      get: async (times) => {
        for (let n = 0; n < times; n++) sink.last = await index.get();
      },
    },
    { count: rounded(41), times: 200_000 },
  );
  await health.close();
  return [
    row("peek", "`index.peek()`", "a plain variable", differences(samples, "peek", "variable"), "ns more", ["<=", 5]),
    row("get", "`await index.get()`, fresh", "an awaited resolved promise", ratios(samples, "get", "resolved"), "×", [
      "<=",
      1.5,
    ]),
  ];
}

/** A transition told to 1,000 listeners, beside a loop of 1,000 calls. */
export async function tell() {
  const health = createHealth({ clock: createVirtualClock() });
  const index = health.resource("index", { load: () => 1 });
  await index.get();
  let heard = 0;
  const listener = (event) => (heard += event.state.length);
  const listeners = Array.from({ length: 1_000 }, () => (event) => listener(event));
  for (const each of listeners) index.subscribe(each);
  await new Promise((resolve) => setImmediate(resolve));
  const event = { state: "READY" };
  const samples = await rounds(
    {
      loop: (times) => {
        for (let n = 0; n < times; n++) for (const each of listeners) each(event);
      },
      // READY to STALE; the load that leads back is not counted.
      told: async (times) => {
        let took = 0n;
        for (let n = 0; n < times; n++) {
          const began = process.hrtime.bigint();
          index.invalidate();
          took += process.hrtime.bigint() - began;
          await index.reload();
        }
        return took;
      },
      // STALE, NOT_LOADED, LOADING, READY, with all that leads to them.
      cycle: async (times) => {
        for (let n = 0; n < times; n++) {
          index.invalidate();
          index.unload();
          await index.reload();
        }
      },
    },
    { count: rounded(41), times: 100 },
  );
  await health.close();
  const cycle = ratios(samples, "cycle", "loop").map((ratio) => ratio / 4);
  return [
    row("tell", "a transition with 1,000 listeners", "a loop of 1,000 calls", ratios(samples, "told", "loop"), "×", [
      "<=",
      2,
    ]),
    row(
      "tell-load",
      "the average of the four transitions STALE, NOT_LOADED, LOADING, READY, with 1,000 listeners; the time of the load is included",
      "a loop of 1,000 calls",
      cycle,
      "×",
    ),
  ];
}

/** A registry, a meter and a tracer that cost nothing themselves, so that what is measured is ours. */
const nothing = () => {};
const register = { registerMetric: nothing, getSingleMetric: nothing, removeSingleMetric: nothing };
const span = { setAttributes: nothing, setStatus: nothing, updateName: nothing, end: nothing };
const tracer = { startSpan: () => span, startActiveSpan: (_name, _options, run) => run(span) };
const meter = {
  createCounter: () => ({ add: nothing }),
  createHistogram: () => ({ record: nothing }),
  createObservableGauge: () => ({}),
  addBatchObservableCallback: nothing,
  removeBatchObservableCallback: nothing,
};
const logger = { info: nothing, warn: nothing, error: nothing };

/** Processor time, because the difference is smaller than what another process takes in between. */
const spent = (work) => async (times) => {
  const before = process.cpuUsage();
  await work(times);
  const { user, system } = process.cpuUsage(before);
  return BigInt((user + system) * 1_000);
};

/** What it costs to be seen: a probe with everything attached, and a load with logging and metrics of either kind. */
export async function seeing() {
  const make = async () => {
    const health = createHealth();
    const index = health.resource("index", { load: () => ({}), refreshEvery: "1h" });
    await health.whenReady();
    return { health, index };
  };
  const [bare, all, both, otel] = [await make(), await make(), await make(), await make()];
  logTo(all.health, logger);
  collect(all.health, register);
  instrument(all.health, { meter, tracer });
  statusPage(all.health);
  for (const service of ["", "liveness", "startup", "index"])
    grpcHealth(all.health, { resources: true }).implementation.Watch({
      request: { service },
      write: nothing,
      end: nothing,
      on: nothing,
    });
  logTo(both.health, logger);
  collect(both.health, register);
  logTo(otel.health, logger);
  instrument(otel.health, { meter });
  const loading = ({ index }) =>
    spent(async (times) => {
      for (let n = 0; n < times; n++) sink.last = await index.reload();
    });
  const probes = await rounds(
    { bare: spent(asking(bare.health)), all: spent(asking(all.health)) },
    { count: rounded(41), times: 20_000 },
  );
  const loads = await rounds(
    { bare: loading(bare), both: loading(both), otel: loading(otel), all: loading(all) },
    { count: rounded(41), times: 2_000 },
  );
  await Promise.all([bare, all, both, otel].map(({ health }) => health.close()));
  const micros = (name) => differences(loads, name, "bare").map((nanos) => nanos / 1_000);
  return [
    row(
      "seen-probe",
      "a probe with log, metrics, traces, page and gRPC attached",
      "a probe with none of them",
      ratios(probes, "all", "bare"),
      "×",
      ["<=", 1.05],
    ),
    row(
      "seen-load",
      "a load with log and Prometheus' metrics attached",
      "a load with none of them",
      micros("both"),
      "µs more",
      ["<=", 5],
    ),
    row(
      "seen-load-otel",
      "a load with log and OpenTelemetry's metrics attached",
      "a load with none of them",
      micros("otel"),
      "µs more",
      ["<=", 5],
    ),
    row(
      "seen-load-all",
      "a load with log, metrics, traces, page and gRPC attached",
      "a load with none of them",
      micros("all"),
      "µs more",
    ),
  ];
}

/** A year of refreshes in virtual time. */
export async function year() {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  let loads = 0;
  health.resource("index", { load: () => ++loads, refreshEvery: "30s" });
  health.start();
  const began = performance.now();
  await clock.advance(365 * 86_400_000);
  const took = (performance.now() - began) / 1_000;
  await health.close();
  return [row("year", `a virtual year of 30 s refreshes, ${loads} loads`, "–", took, "s", ["<", 5])];
}

/** What 10,000 resources weigh, and how many timers they keep. */
export async function weight() {
  let timers = 0;
  const clock = {
    wall: () => Date.now(),
    monotonic: () => performance.now(),
    random: () => Math.random(),
    setTimer(callback, delayMs) {
      timers++;
      const handle = setTimeout(() => {
        timers--;
        callback();
      }, delayMs);
      return () => {
        timers--;
        clearTimeout(handle);
      };
    },
  };
  const names = Array.from({ length: 10_000 }, (_, n) => `index-${n}`);
  const options = { load: () => true, refreshEvery: "1h" };
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  const health = createHealth({ clock });
  for (const name of names) health.resource(name, options);
  await health.whenReady();
  await new Promise((resolve) => setImmediate(resolve));
  globalThis.gc();
  const bytes = (process.memoryUsage().heapUsed - before) / names.length;
  const kept = timers;
  await health.close();
  return [
    row("bytes", "one of 10,000 loaded resources", "–", bytes, "bytes", ["<=", 1024]),
    row("timers", "timers of 10,000 resources", "–", kept, "", ["<=", 1]),
  ];
}
