// A Worker that makes all of the library at module scope, where workerd forbids I/O, timers, random values and signals.
import {
  atMost,
  byVersion,
  createGate,
  createGuard,
  createHealth,
  createStore,
  deprecated,
  details,
  heartbeat,
  isProbe,
  limitLoads,
  loaded,
  notEmpty,
  onRequest,
  openapi,
  retryLater,
  sample,
  seed,
  singleton,
  sizeChange,
  zPages,
} from "health-state";
import { guard, probes } from "health-state/cloudflare";
import { fromHttp, fromPointer } from "health-state/http";
import { bytes, json, kvStore } from "health-state/kv";
import { logTo } from "health-state/log";
import { packedMap, packedSet } from "health-state/packed";
import { collect } from "health-state/prometheus";
import { statusPage } from "health-state/page";

const { health, resources, gate } = singleton("module-scope", () => {
  const health = createHealth({
    refresh: onRequest({ lease: "1m", probeWait: "1s" }),
    details: details(() => true),
    expect: ["plain"],
    paths: { ...zPages, readiness: ["/status", deprecated("/old", { since: new Date(0), successor: "/status" })] },
    words: { ok: "UP" },
    base: "/app",
  });
  const gate = [limitLoads(2), createGate(async () => () => {})];
  const limits = { refreshEvery: "30s", staleAfter: "65s", timeout: "5s" };
  const url = "https://source.invalid/";
  const fetch = async () => Response.json([1]);
  const memory = new Map();
  const storage = {
    getItemRaw: async (key) => memory.get(key),
    setItemRaw: async (key, value) => memory.set(key, value),
    removeItem: async (key) => memory.delete(key),
  };
  const binding = {
    get: async (key) => memory.get(key) ?? null,
    put: async (key, value) => void memory.set(key, value),
    delete: async (key) => void memory.delete(key),
  };
  const own = createStore({
    restore: async () => undefined,
    save: async () => undefined,
    stamp: async () => undefined,
    remove: async () => {},
  });
  const prices = packedMap({ keys: "string", values: "float64" });
  const names = packedSet({ keys: "string" });
  const informative = { ...limits, required: false };
  const resources = {
    plain: health.resource("plain", { ...limits, load: () => [1], dispose() {} }),
    seeded: health.resource("seeded", {
      ...limits,
      load: () => loaded({ a: 1 }, { revision: "1", asOf: new Date() }),
      lastKnownGood: [own, seed({ a: 0 }, { asOf: new Date(0), revision: "0" })],
      validate: [notEmpty(), sizeChange({ fewer: "50%" }), sample(10, ([, number]) => number >= 0)],
    }),
    stored: health.resource("stored", {
      ...limits,
      load: () => ({ a: 1 }),
      lastKnownGood: [
        kvStore(storage, "a", { codec: json(), maxAge: "7d", schema: "1" }),
        kvStore(binding, "b", { codec: json() }),
      ],
      validate: [atMost("1MB", () => 1)],
    }),
    packed: health.resource("packed", {
      ...limits,
      load: () => prices.view(prices.pack([["a", 1]])),
      lastKnownGood: kvStore(storage, "packed", { codec: bytes({ write: (map) => map.bytes, read: prices.view }) }),
    }),
    set: health.resource("set", { ...limits, load: () => names.view(names.pack(["a"])) }),
    versioned: health.resource("versioned", {
      ...limits,
      load: byVersion({ version: () => ({ revision: "1" }), load: () => [1] }),
    }),
    http: health.resource("http", { ...informative, load: fromHttp(url, { fetch, parse: (json) => json }) }),
    pointer: health.resource("pointer", { ...informative, load: fromPointer(url, { fetch }) }),
    later: health.resource("later", { ...informative, load: () => retryLater("10s") }),
  };
  health.check("check", { run: () => true, refreshEvery: "5s", staleAfter: "20s" });
  resources.plain.subscribe(() => {});
  return { health, resources, gate };
});
logTo(health, { info() {}, warn() {}, error() {} });
collect(health, { registerMetric() {}, getSingleMetric() {}, removeSingleMetric() {} });
statusPage(health);
openapi(health);
const beat = heartbeat(health, "loop", { within: "30s" });
const decide = createGuard(Object.values(resources));
const data = guard([resources.plain, resources.seeded], { maxAge: "10m", wait: "1s" })(async (request) =>
  Response.json({
    states: await Promise.all(
      ["plain", "seeded", "stored", "packed", "set", "versioned"].map(async (name) => {
        const value = await resources[name].get();
        const { state, age } = resources[name].snapshot();
        return [name, state, value !== undefined, age < 60_000];
      }),
    ),
    isProbe: isProbe(health, request),
    decides: typeof decide,
    gate: typeof gate,
  }),
);

export default probes(health, {
  fetch(request, env, context) {
    beat();
    return data(request, env, context);
  },
});
