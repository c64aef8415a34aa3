import { registryOf } from "../../src/health/registry-of.ts";
import * as core from "../../src/index.ts";
import * as testing from "../../src/testing/index.ts";
import { DURATIONS, EVERY_KIND, FUNCTIONS, type Kind } from "./kind.ts";

/** What a wrong call is made on. Nothing of it has started. */
export interface Scene {
  readonly clock: testing.VirtualClock;
  readonly health: core.Health;
  readonly index: core.Resource<object>;
  /** Everything that a wrong call could leave behind. */
  left(): unknown;
}

const load = (): object => ({});

export function createScene(): Scene {
  const clock = testing.createVirtualClock();
  const health = core.createHealth({ clock });
  const index = health.resource("index", { load });
  const registry = registryOf(health);
  const singletons: unknown = Reflect.get(globalThis, Symbol.for("health-state.singletons"));
  return {
    clock,
    health,
    index,
    left: () => ({
      timers: clock.timers,
      wall: clock.wall(),
      monotonic: clock.monotonic(),
      phase: registry.phase,
      snapshot: health.snapshot(),
      waiting: registry.resources.map(({ waiting }) => waiting),
      listeners: [registry.subscribers.size, registry.subscribers.readers],
      singletons: singletons instanceof Map ? singletons.size : 0,
      signals: ["SIGTERM", "SIGINT"].map((signal) => process.listenerCount(signal)),
    }),
  };
}

/** One slot of one public function. */
export interface Row {
  /** The export, or `Health.x`, `Resource.x`, `VirtualClock.x`. */
  readonly of: string;
  /** Which argument, or which option. */
  readonly slot: string;
  /** The kinds that the slot takes. It refuses every other. */
  readonly takes: readonly Kind[];
  // Method syntax: the functions under test are called with what their types forbid.
  call(scene: Scene, given: never): unknown;
}

export const row = (
  of: string,
  slot: string,
  takes: readonly Kind[],
  call: (scene: Scene, given: never) => unknown,
): Row => ({
  of,
  slot,
  takes,
  call,
});

/** A row for each option of one function; `takes` by name. */
export const options = (
  of: string,
  names: Readonly<Record<string, readonly Kind[]>>,
  call: (scene: Scene, given: never) => unknown,
): readonly Row[] =>
  Object.entries(names).map(([name, takes]) =>
    // SAFETY: what the types forbid is the point.
    row(of, name, takes, (scene, given) => call(scene, { [name]: given } as never)),
  );

/** What an options argument takes: objects whose names are none, or nothing at all. */
export const OPTIONS: readonly Kind[] = ["undefined", "an object", "an invalid Date", "a promise"];
const without = (...kinds: Kind[]): readonly Kind[] => OPTIONS.filter((kind) => !kinds.includes(kind));
export const BOOLEAN: readonly Kind[] = ["true", "undefined"];
export const CALLBACK: readonly Kind[] = [...FUNCTIONS, "undefined"];

/** What is no data, or may be a promise. */
const NO_DATA: readonly Kind[] = [
  "undefined",
  "null",
  "a promise",
  "a Proxy that throws",
  "a function's Proxy that throws",
  "a Proxy that is revoked",
  "a Proxy that has everything",
];

export const TEXTS: readonly Kind[] = ["an empty text", "a text", "a text of 10,000 characters"];

const LIMITS: Readonly<Record<string, readonly Kind[]>> = {
  refreshEvery: DURATIONS,
  staleAfter: DURATIONS,
  refuseAfter: [],
  timeout: DURATIONS,
  retryMost: DURATIONS,
  jitter: [],
  required: BOOLEAN,
};

export const ROWS: readonly Row[] = [
  // What makes a health.
  row("createHealth", "options", OPTIONS, (_, given) => core.createHealth(given)),
  ...options(
    "createHealth",
    {
      expect: ["an array"],
      refresh: ["undefined", "a Proxy that has everything"],
      clock: ["undefined", "a Proxy that has everything"],
      details: CALLBACK,
      fleet: ["undefined", "a Proxy that has everything"],
      paths: without("undefined"),
      base: ["an empty text"],
      words: without("undefined"),
    },
    (_, given) => core.createHealth(given),
  ),
  ...options(
    "createHealth",
    // No path at all switches a probe off.
    { readiness: ["an array"], liveness: ["an array"], startup: ["an array"] },
    (_, paths) => core.createHealth({ paths }),
  ),
  ...options("createHealth", { ok: [], notLoaded: [], stale: [], draining: [], wedged: [] }, (_, words) =>
    core.createHealth({ words }),
  ),
  row("createHealth", "paths.readiness.headers", without("undefined"), (_, headers) =>
    core.createHealth({ paths: { readiness: { path: "/x", headers } } }),
  ),
  row("createHealth", "the value of a header", ["an empty text", "a text"], (_, age) =>
    core.createHealth({ paths: { readiness: { path: "/x", headers: { age } } } }),
  ),
  row("onRequest", "options", OPTIONS, (_, given) => core.onRequest(given)),
  ...options("onRequest", { lease: DURATIONS, probeWait: DURATIONS }, (_, given) => core.onRequest(given)),
  row("details", "leave", FUNCTIONS, (_, given) => core.details(given)),
  row("deprecated", "path", [], (_, given) => core.deprecated(given, { since: new Date(0), successor: "/status" })),
  row("deprecated", "options", [], (_, given) => core.deprecated("/old", given)),
  row("deprecated", "since", [], (_, since) => core.deprecated("/old", { since, successor: "/status" })),
  row("deprecated", "sunset", ["undefined"], (_, sunset) =>
    core.deprecated("/old", { since: new Date(0), sunset, successor: "/status" }),
  ),
  row("deprecated", "successor", [], (_, successor) => core.deprecated("/old", { since: new Date(0), successor })),
  row("singleton", "name", ["a text of 10,000 characters", "a text"], (_, given) => core.singleton(given, () => 1)),
  row("singleton", "factory", FUNCTIONS, (_, given) => core.singleton("handed-in", given)),

  // The health.
  row("Health.resource", "name", [], ({ health }, given) => health.resource(given, { load })),
  row("Health.resource", "options", [], ({ health }, given) => health.resource("fresh", given)),
  row("Health.resource", "load", FUNCTIONS, ({ health }, given) => health.resource("fresh", { load: given })),
  ...options(
    "Health.resource",
    {
      ...LIMITS,
      validate: [...CALLBACK, "an array"],
      onRejected: CALLBACK,
      dispose: CALLBACK,
      disposeAfter: DURATIONS,
      gate: ["undefined", "an array", "a Proxy that has everything"],
      lastKnownGood: ["undefined", "an array", "a Proxy that has everything"],
      gateWait: DURATIONS,
    },
    // SAFETY: what the types forbid is the point.
    ({ health }, given: object) => health.resource("fresh", { load, ...given }),
  ),
  row("Health.check", "name", [], ({ health }, given) => health.check(given, { run: load })),
  row("Health.check", "options", [], ({ health }, given) => health.check("fresh", given)),
  row("Health.check", "run", FUNCTIONS, ({ health }, run) => health.check("fresh", { run })),
  ...options("Health.check", LIMITS, ({ health }, given: object) => health.check("fresh", { run: load, ...given })),
  row("Health.start", "anything", EVERY_KIND, ({ health }, given) => Reflect.apply(health.start, health, [given])),
  row("Health.whenReady", "options", OPTIONS, ({ health }, given) => void health.whenReady(given)),
  row("Health.whenReady", "signal", ["undefined"], ({ health }, signal) => void health.whenReady({ signal })),
  row("Health.subscribe", "listener", FUNCTIONS, ({ health }, given) => health.subscribe(given)),
  row("Health.snapshot", "anything", EVERY_KIND, ({ health }, given) =>
    Reflect.apply(health.snapshot, health, [given]),
  ),
  row("Health.drain", "options", OPTIONS, ({ health }, given) => health.drain(given)),
  ...options("Health.drain", { delayMs: DURATIONS }, ({ health }, given) => health.drain(given)),
  row("Health.close", "anything", EVERY_KIND, ({ health }, given) => Reflect.apply(health.close, health, [given])),
  row("Health.fetch", "request", [], ({ health }, given) => health.fetch(given)),
  row("Health.match", "request", [], ({ health }, given) => health.match(given)),
  row("Health.answerAs", "probe", EVERY_KIND, ({ health }, given) =>
    health.answerAs(given, new Request("http://x/health")),
  ),
  row("Health.answerAs", "request", [], ({ health }, given) => health.answerAs("readiness", given)),
  row("isProbe", "health", [], (_, given) => core.isProbe(given, { url: "/status" })),
  row(
    "isProbe",
    "request",
    [
      "an object",
      "an object with an unknown name",
      "an object without a prototype",
      "an object that has no text",
      "an object whose getter throws",
      "an array",
      "an array of nothing",
      "an invalid Date",
      "a promise",
      "a Proxy that throws",
      "a Proxy that is revoked",
    ],
    ({ health }, given) => core.isProbe(health, given),
  ),
  row("toResponse", "answer", [], (_, given) => core.toResponse(given)),
  row("toResponse", "status", [], (_, status) => core.toResponse({ ...core.NOT_FOUND, status })),
  row("toResponse", "body", ["an empty text", "a text", "a text of 10,000 characters"], (_, body) =>
    core.toResponse({ ...core.NOT_FOUND, body }),
  ),
  row("matchAndRefresh", "health", [], (_, given) => core.matchAndRefresh(given, new Request("http://x/status"))),
  row("matchAndRefresh", "request", [], ({ health }, given) => core.matchAndRefresh(health, given)),
  row("matchAndRefresh", "waitUntil", CALLBACK, ({ health }, given) =>
    core.matchAndRefresh(health, new Request("http://x/none"), given),
  ),
  row("matchAndRefresh", "make", CALLBACK, ({ health }, given) =>
    core.matchAndRefresh(health, new Request("http://x/none"), undefined, given),
  ),
  row("refreshDue", "health", [], (_, given) => core.refreshDue(given)),
  row("refreshDue", "waitUntil", CALLBACK, ({ health }, given) => core.refreshDue(health, given)),
  row("openapi", "health", [], (_, given) => core.openapi(given)),
  row("heartbeat", "health", [], (_, given) => core.heartbeat(given, "loop", { within: "30s" })),
  row("heartbeat", "name", [], ({ health }, given) => core.heartbeat(health, given, { within: "30s" })),
  row("heartbeat", "options", [], ({ health }, given) => core.heartbeat(health, "loop", given)),
  row("heartbeat", "within", DURATIONS, ({ health }, within) => core.heartbeat(health, "loop", { within })),
  row("disableHeartbeats", "health", [], (_, given) => core.disableHeartbeats(given)),

  // A resource.
  row("Resource.get", "options", OPTIONS, ({ index }, given) => void index.get(given)),
  ...options(
    "Resource.get",
    {
      signal: ["undefined"],
      maxAge: [...DURATIONS, "undefined"],
      waitUntil: CALLBACK,
    },
    ({ index }, given) => void index.get(given),
  ),
  row("Resource.reload", "options", OPTIONS, ({ index }, given) => void index.reload(given)),
  ...options(
    "Resource.reload",
    { accept: ["undefined", "true", "an empty text", "a text", "a text of 10,000 characters"] },
    ({ index }, given) => void index.reload(given),
  ),
  row("Resource.subscribe", "listener", FUNCTIONS, ({ index }, given) => index.subscribe(given)),
  ...(["peek", "snapshot", "invalidate", "unload", "close"] as const).map((name) =>
    row(`Resource.${name}`, "anything", EVERY_KIND, ({ index }, given) => Reflect.apply(index[name], index, [given])),
  ),
  row("borrow", "resource", [], (_, given) => core.borrow(given)),
  row("createGuard", "resources", [], (_, given) => core.createGuard(given)),
  row("createGuard", "options", OPTIONS, ({ index }, given) => core.createGuard(index, given)),
  ...options("createGuard", { maxAge: DURATIONS, wait: DURATIONS }, ({ index }, given) =>
    core.createGuard(index, given),
  ),

  // What a loader uses.
  row("loaded", "value", EVERY_KIND, (_, given) => core.loaded(given)),
  row("loaded", "note", OPTIONS, (_, given) => core.loaded(1, given)),
  ...options("loaded", { revision: EVERY_KIND, asOf: EVERY_KIND, keep: BOOLEAN }, (_, given) => core.loaded(1, given)),
  row("unchanged", "note", OPTIONS, (_, given) => core.unchanged(given)),
  ...options(
    "unchanged",
    {
      revision: EVERY_KIND,
      asOf: EVERY_KIND,
      behind: ["undefined", "an empty text", "a text", "a text of 10,000 characters"],
    },
    (_, given) => core.unchanged(given),
  ),
  row("retryLater", "wait", DURATIONS, (_, given) => core.retryLater(given)),
  row("retryLater", "cause", EVERY_KIND, (_, given) => core.retryLater("30s", given)),
  row("toMs", "option", EVERY_KIND, (_, given) => core.toMs(given, "30s")),
  row("toMs", "given", DURATIONS, (_, given) => core.toMs("wait", given)),
  row("toMsOrNever", "option", EVERY_KIND, (_, given) => core.toMsOrNever(given, "30s")),
  row("toMsOrNever", "given", DURATIONS, (_, given) => core.toMsOrNever("wait", given)),
  // Sources, stores and checks of values.
  row("byVersion", "options", [], (_, given) => core.byVersion(given)),
  ...options(
    "byVersion",
    { version: FUNCTIONS, load: FUNCTIONS, addressed: BOOLEAN, identity: TEXTS },
    (_, given: object) => core.byVersion({ version: () => ({ revision: "1" }), load, ...given }),
  ),
  row("createStore", "actions", [], (_, given) => core.createStore(given)),
  ...options(
    "createStore",
    { restore: FUNCTIONS, save: FUNCTIONS, stamp: FUNCTIONS, remove: FUNCTIONS },
    // SAFETY: none of them is called.
    (_, given: object) => core.createStore({ restore: load, save: load, stamp: load, remove: load, ...given } as never),
  ),
  row("createGate", "ask", FUNCTIONS, (_, given) => core.createGate(given)),
  row("limitLoads", "most", ["the number 7", "a huge number"], (_, given) => core.limitLoads(given)),
  row("hints", "resource", [], (_, given) => core.hints(given, () => {})),
  row("hints", "subscribe", FUNCTIONS, ({ index }, given) => core.hints(index, given)),
  row("hints", "options", OPTIONS, ({ index }, given) => core.hints(index, () => {}, given)),
  row("hints", "echoEvery", [...DURATIONS], ({ index }, echoEvery) => core.hints(index, () => {}, { echoEvery })),
  row("seed", "value", EVERY_KIND, (_, given) => core.seed(given, { asOf: 0 })),
  row("seed", "options", [], (_, given) => core.seed({}, given)),
  row("seed", "asOf", ["the number 7", "a negative number"], (_, asOf) => core.seed({}, { asOf })),
  row("seed", "revision", ["undefined", ...TEXTS], (_, revision) => core.seed({}, { asOf: 0, revision })),
  row("atMost", "limit", ["the number 7"], (_, given) => core.atMost(given)),
  row("atMost", "sizeOf", CALLBACK, (_, given) => core.atMost(7, given)),
  row("notEmpty", "size", CALLBACK, (_, given) => core.notEmpty(given)),
  row("sample", "count", ["the number 7", "a huge number"], (_, given) => core.sample(given, load as never)),
  row("sample", "check", FUNCTIONS, (_, given) => core.sample(7, given)),
  row("sample", "random", CALLBACK, (_, given) => core.sample(7, load as never, given)),
  row("sizeChange", "options", [], (_, given) => core.sizeChange(given)),
  ...options("sizeChange", { fewer: [], more: ["the number 7", "a huge number"] }, (_, given) =>
    core.sizeChange(given),
  ),
  row("sizeChange", "size", CALLBACK, (_, size) => core.sizeChange({ more: 1, size })),

  // What makes an error safe to show.
  row("toSafeText", "given", EVERY_KIND, (_, given) => core.toSafeText(given)),
  row("isNotReady", "error", EVERY_KIND, (_, given) => core.isNotReady(given)),

  // What tests use.
  row("createVirtualClock", "options", OPTIONS, (_, given) => testing.createVirtualClock(given)),
  ...options("createVirtualClock", { wall: ["the number 7", "a negative number"], random: CALLBACK }, (_, given) =>
    testing.createVirtualClock(given),
  ),
  row("VirtualClock.advance", "by", DURATIONS, ({ clock }, given) => clock.advance(given)),
  row("VirtualClock.jump", "by", [...DURATIONS, "a negative number"], ({ clock }, given) => clock.jump(given)),
  row("VirtualClock.freeze", "by", DURATIONS, ({ clock }, given) => clock.freeze(given)),
  row("VirtualClock.setTimer", "callback", FUNCTIONS, ({ clock }, given) => clock.setTimer(given, 1, false)),
  row(
    "VirtualClock.setTimer",
    "delayMs",
    ["the number 7", "a negative number", "Infinity", "a huge number"],
    ({ clock }, given) => clock.setTimer(load, given, false),
  ),
  ...(["wall", "monotonic", "random", "settle"] as const).map((name) =>
    row(`VirtualClock.${name}`, "anything", EVERY_KIND, ({ clock }, given) =>
      Reflect.apply(clock[name], clock, [given]),
    ),
  ),
  row("force", "resource", [], (_, given) => testing.force(given, "READY", {})),
  row("force", "state", [], ({ index }, given) => testing.force(index, given, {})),
  row(
    "force",
    "value",
    EVERY_KIND.filter((kind) => !NO_DATA.includes(kind)),
    ({ index }, given) => testing.force(index, "READY", given),
  ),
  row("createScriptedLoader", "anything", EVERY_KIND, (_, given) =>
    Reflect.apply(testing.createScriptedLoader, undefined, [given]),
  ),
];

/** Arguments in the wrong order. Each is refused. */
export const SWAPPED: readonly (readonly [string, (scene: Scene) => unknown])[] = [
  ["deprecated(options, path)", () => call(core.deprecated, { since: new Date(0), successor: "/x" }, "/old")],
  ["singleton(factory, name)", () => call(core.singleton, () => 1, "name")],
  ["health.resource(options, name)", ({ health }) => call(health.resource, { load }, "fresh")],
  ["health.check(options, name)", ({ health }) => call(health.check, { run: load }, "fresh")],
  ["health.answerAs(request, probe)", ({ health }) => call(health.answerAs, new Request("http://x"), "readiness")],
  ["isProbe(request, health)", ({ health }) => call(core.isProbe, { url: "/status" }, health)],
  [
    "matchAndRefresh(request, health)",
    ({ health }) => call(core.matchAndRefresh, new Request("http://x/status"), health),
  ],
  ["refreshDue(waitUntil, health)", ({ health }) => call(core.refreshDue, () => {}, health)],
  ["heartbeat(name, health)", ({ health }) => call(core.heartbeat, "loop", health, { within: "1s" })],
  ["heartbeat(health, options, name)", ({ health }) => call(core.heartbeat, health, { within: "1s" }, "loop")],
  ["createGuard(options, resource)", ({ index }) => call(core.createGuard, { wait: 0 }, index)],
  ["createGuard(health)", ({ health }) => call(core.createGuard, health)],
  ["loaded(note, value)", () => call(core.loaded, { revision: "1" }, { data: 1 })],
  ["retryLater(cause, wait)", () => call(core.retryLater, new Error("429"), "30s")],
  ["hints(subscribe, resource)", ({ index }) => call(core.hints, () => () => {}, index)],
  ["toMs(given, option)", () => call(core.toMs, "30s", "wait")],
  ["toMsOrNever(given, option)", () => call(core.toMsOrNever, "30s", "wait")],
  ["force(state, resource)", ({ index }) => call(testing.force, "READY", index)],
  ["setTimer(delay, callback)", ({ clock }) => call(clock.setTimer, 5, load)],
] as const;

function call(fn: unknown, ...given: readonly unknown[]): unknown {
  // SAFETY: what the types forbid is the point.
  return (fn as (...args: readonly unknown[]) => unknown)(...given);
}
