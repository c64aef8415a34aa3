import { expect, test } from "vitest";
import { checkHealth } from "../../src/handler/check-health.ts";
import { createHealth, heartbeat, isProbe, NOT_FOUND, onRequest, toResponse, type Health } from "../../src/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import { refused } from "../kit/refused.ts";

// Each wrong argument is named by the function or the option that was given it, with what is accepted.

// SAFETY: what the types forbid is the point.
const create = (options: object): unknown => createHealth(options as never);
const on = (act: (health: Health) => unknown): unknown => act(createHealth({ clock: createVirtualClock() }));
const clock = createVirtualClock();
const A_CLOCK = "a clock with wall(), monotonic(), random() and setTimer()";
const AN_ANSWER = "an answer: { status, headers, body }";
const A_REQUEST = "a Request, or an object whose url is a string";

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy;
}

const WRONG: readonly (readonly [what: string, call: () => unknown, message: string, code?: string])[] = [
  [
    "an unknown option",
    () => create({ detail: 1 }),
    'createHealth() has no option "detail". Did you mean "details"? ' +
      "It accepts base, clock, details, expect, fleet, paths, refresh, words.",
    "HS_UNKNOWN_OPTION",
  ],
  ...["expect", "paths", "base", "words"].map(
    (name) =>
      [
        `undefined for ${name}`,
        () => create({ [name]: undefined }),
        `${name} is undefined. Pass a value, or remove the option to use its default.`,
      ] as const,
  ),
  ["a refresh", () => create({ refresh: {} }), "refresh is an object. Pass the result of onRequest()."],
  ["details", () => create({ details: "always" }), 'details is "always". Pass the result of details("always").'],
  ["a fleet", () => create({ fleet: {} }), "fleet is an object. Pass the result of fleet()."],
  ["no list of names", () => create({ expect: 5 }), "expect is 5. Pass an array of names."],
  ["a revoked list of names", () => create({ expect: revoked() }), "expect is an object. Pass an array of names."],
  ["one name to expect", () => create({ expect: "index" }), 'expect is "index". Pass an array of names.'],
  ...["wall", "monotonic", "random", "setTimer"].map(
    (part) =>
      [
        `a clock without ${part}()`,
        () => create({ clock: { ...clock, [part]: 5 } }),
        `clock is an object. Pass ${A_CLOCK}.`,
      ] as const,
  ),
  [
    "a request to fetch()",
    () => on((health) => health.fetch({} as never)),
    "request is an object. Pass a web Request.",
  ],
  [
    "a request to answerAs()",
    () => on((health) => health.answerAs("readiness", {} as never)),
    "request is an object. Pass a web Request.",
  ],
  ["no run", () => on((health) => health.check("a", {} as never)), "run is undefined. Pass a function."],
  [
    "an option of a check",
    () => on((health) => health.check("a", { run: () => 1, load: 1 } as never)),
    'health.check() has no option "load". ' +
      "It accepts jitter, refreshEvery, refuseAfter, required, retryMost, run, staleAfter, timeout.",
    "HS_UNKNOWN_OPTION",
  ],
  ["a listener", () => on((health) => health.subscribe(5 as never)), "listener is 5. Pass a function."],
  [
    "an option of whenReady()",
    () => on((health) => health.whenReady({ wait: 1 } as never)),
    'whenReady() has no option "wait". It accepts signal.',
    "HS_UNKNOWN_OPTION",
  ],
  [
    "an option of drain()",
    () => on((health) => health.drain({ delay: 1 } as never)),
    'health.drain() has no option "delay". Did you mean "delayMs"? It accepts delayMs.',
    "HS_UNKNOWN_OPTION",
  ],
  [
    "a delay",
    () => on((health) => health.drain({ delayMs: -1 })),
    'delayMs is -1. Pass a duration of at least 0 ms (1500, "500ms", "30s", "5m", "2h").',
  ],
  ["no health", () => checkHealth({}), "health is an object. Pass what createHealth() returned."],
  ...[null, 5, "/status", { url: 5 }, { url: null }].map(
    (request) =>
      [
        `${JSON.stringify(request)} for a request`,
        () => on((health) => isProbe(health, request as never)),
        `request is ${typeof request === "string" ? `"${request}"` : request && typeof request === "object" ? "an object" : request}. Pass ${A_REQUEST}.`,
      ] as const,
  ),
  ...[
    { status: 199 },
    { status: 600 },
    { status: 200.5 },
    { status: "200" },
    { headers: null },
    { headers: "a" },
    { body: 5 },
  ].map(
    (part) =>
      [
        `an answer with ${JSON.stringify(part)}`,
        () => toResponse({ ...NOT_FOUND, ...part } as never),
        `answer is an object. Pass ${AN_ANSWER}.`,
      ] as const,
  ),
];

test.each(WRONG.map(([what, ...rest]) => [what, rest] as const))(
  "%s is refused by name",
  (_, [call, message, code = "HS_INVALID_OPTION"]) => {
    expect(call).toThrow(refused(`health-state: ${message}`, code));
  },
);

test("handed-in parts may be undefined, and the smallest and largest status are an answer's", () => {
  expect(() => create({ details: undefined, refresh: undefined, clock: undefined, fleet: undefined })).not.toThrow();
  expect(() => create({ refresh: onRequest(), clock, expect: [] })).not.toThrow();
  expect(() => create({ fleet: { attach: () => ({}) } })).not.toThrow();
  for (const status of [200, 599]) expect(toResponse({ ...NOT_FOUND, status }).status).toBe(status);
});

test("a probe is known by a URL, by a path, and by nothing else", () => {
  const health = createHealth();
  const known = ["http://x/status", "/status/live", "/status/startup/?x", "/other", "http://x/", ""];
  expect(known.map((url) => isProbe(health, { url }))).toEqual([true, true, true, false, false, false]);
  expect([isProbe(health, new Request("http://x/status")), isProbe(health, {})]).toEqual([true, false]);
  expect(isProbe(health, { url: undefined })).toBe(false);
});

test("drain() takes the name of a signal or an event for no options", () => {
  for (const given of ["SIGTERM", new Event("abort")]) {
    const health = createHealth();
    health.drain(given as never);
    expect([health.snapshot().draining, health.drainSignal.aborted]).toEqual([true, true]);
  }
});

test.each([
  [() => false, "HS_CHECK_FAILED", "the check returned false"],
  [() => new Response("", { status: 503 }), "HS_CHECK_FAILED", "the check returned a Response with status 503"],
  [() => Object.assign(new Error("down"), { code: "E" }), "E", "down"],
])("a check that fails says why: %s", async (run, code, message) => {
  const health = createHealth({ clock: createVirtualClock() });
  health.subscribe(() => {});
  await expect(health.check("database", { run }).reload()).rejects.toMatchObject({ code, message });
  await health.close();
});

test("the record of a health is whole, frozen, and without the values", async () => {
  const own = createVirtualClock();
  const health = createHealth({ clock: own, expect: ["rates"], words: { notLoaded: "WAIT" } });
  const index = health.resource("index", { load: () => ({ secret: 1 }) });
  const beat = heartbeat(health, "loop", { within: "1s" });
  beat();
  const loadedAt = own.wall();
  await index.get();
  await own.advance("2s");
  const record = health.snapshot();
  expect(record).toEqual({
    probes: {
      readiness: { ok: false, word: "WAIT" },
      liveness: { ok: false, word: "WEDGED" },
      startup: { ok: false, word: "WAIT" },
    },
    draining: false,
    resources: [expect.objectContaining({ name: "index", state: "READY", checkedAt: loadedAt, changedAt: loadedAt })],
    missing: ["rates"],
    heartbeats: [{ name: "loop", overdue: true }],
    fleet: undefined,
  });
  expect(JSON.stringify(record)).not.toContain("secret");
  const parts = [record, record.probes, ...Object.values(record.probes), record.resources, ...record.resources];
  for (const part of [...parts, record.missing, record.heartbeats, ...record.heartbeats])
    expect(Object.isFrozen(part)).toBe(true);
  beat();
  expect(health.snapshot().probes.liveness).toEqual({ ok: true, word: "I-AM-ALIVE" });
  const rates = health.resource("rates", { load: () => 1 });
  await rates.get();
  expect(health.snapshot().probes.readiness).toEqual({ ok: true, word: "I-AM-ALIVE" });
  health.drain();
  expect([health.snapshot().draining, health.snapshot().probes.readiness.word]).toEqual([true, "INDEX-DRAINING"]);
  await health.close();
  expect([health.snapshot().draining, health.snapshot().probes.readiness.word]).toEqual([true, "WAIT"]);
});
