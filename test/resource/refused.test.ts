import { expect, test } from "vitest";
import {
  borrow,
  createHealth,
  limitLoads,
  loaded,
  onRequest,
  seed,
  unchanged,
  type Resource,
  type ResourceOptions,
} from "../../src/index.ts";
import { toCheckedOptions } from "../../src/resource/options.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import { refused } from "../kit/refused.ts";

// Each wrong option of a resource and of its methods is named, with what is accepted.

const load = (): object => ({});
// SAFETY: what the types forbid is the point.
const create = (options: object): Resource<object> =>
  createHealth({ clock: createVirtualClock() }).resource("index", { load, ...options } as ResourceOptions<object>);
const on = (act: (index: Resource<object>) => unknown): unknown => act(create({}));

const A_DURATION = 'a duration of at least 1 ms (1500, "500ms", "30s", "5m", "2h")';
const A_STORE = "what fileStore(), kvStore(), seed() or createStore() gave";
const CHECKS = "a function, or an array of functions";
const A_SIGNAL = "an AbortSignal, such as request.signal";
const A_REVISION = "a revision, or true for any revision";
const listens = { addEventListener: () => {}, removeEventListener: () => {} };

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy;
}

const WRONG: readonly (readonly [what: string, call: () => unknown, message: string, code?: string])[] = [
  [
    "an unknown option",
    () => create({ refreshevery: 1 }),
    'health.resource() has no option "refreshevery". Did you mean "refreshEvery"? It accepts dispose, disposeAfter, ' +
      "gate, gateWait, jitter, lastKnownGood, load, onRejected, refreshEvery, refuseAfter, required, retryMost, " +
      "staleAfter, timeout, validate.",
    "HS_UNKNOWN_OPTION",
  ],
  ...["refreshEvery", "staleAfter", "refuseAfter", "timeout", "retryMost", "jitter", "disposeAfter", "gateWait"].map(
    (name) =>
      [
        `undefined for ${name}`,
        () => create({ [name]: undefined }),
        `${name} is undefined. Pass a value, or remove the option to use its default.`,
      ] as const,
  ),
  ["a load", () => create({ load: 5 }), "load is 5. Pass a function."],
  ["a validate", () => create({ validate: 5 }), `validate is 5. Pass ${CHECKS}.`],
  ["one of several to validate", () => create({ validate: [load, "x"] }), `validate is "x". Pass ${CHECKS}.`],
  ["a revoked list to validate", () => create({ validate: revoked() }), `validate is an object. Pass ${CHECKS}.`],
  ["an onRejected", () => create({ onRejected: 5 }), "onRejected is 5. Pass a function."],
  ["a dispose", () => create({ dispose: 5 }), "dispose is 5. Pass a function."],
  ["a required", () => create({ required: "no" }), 'required is "no". Pass true or false.'],
  ["a gate", () => create({ gate: load }), "gate is a function. Pass what limitLoads() or createGate() gave."],
  ["a store", () => create({ lastKnownGood: 5 }), `lastKnownGood is 5. Pass ${A_STORE}.`],
  [
    "one of several stores",
    () => create({ lastKnownGood: [seed({}, { asOf: 0 }), {}] }),
    `lastKnownGood is an object. Pass ${A_STORE}.`,
  ],
  ["a timeout", () => create({ timeout: "never" }), `timeout is "never". Pass ${A_DURATION}.`],
  ["a timeout of 0", () => create({ timeout: 0 }), `timeout is 0. Pass ${A_DURATION}.`],
  ["a retryMost", () => create({ retryMost: 0 }), `retryMost is 0. Pass ${A_DURATION}.`],
  ["a gateWait", () => create({ gateWait: 0 }), `gateWait is 0. Pass ${A_DURATION}.`],
  [
    "a retryMost above refreshEvery",
    () => create({ refreshEvery: 999, retryMost: "1s" }),
    'retryMost is "1s". Pass at most refreshEvery, 999 ms.',
  ],
  ...["0.5", -0.1, 1.1, NaN, null].map(
    (jitter) =>
      [
        `${jitter} for jitter`,
        () => create({ jitter }),
        `jitter is ${typeof jitter === "string" ? `"${jitter}"` : jitter}. Pass a share from 0 to 1.`,
      ] as const,
  ),
  // What get() and reload() take.
  [
    "an option of get()",
    () => on(({ get }) => get({ maxage: 1 } as never)),
    'get() has no option "maxage". Did you mean "maxAge"? It accepts maxAge, signal, waitUntil.',
    "HS_UNKNOWN_OPTION",
  ],
  ["a waitUntil", () => on(({ get }) => get({ waitUntil: 5 as never })), "waitUntil is 5. Pass a function."],
  [
    "a maxAge",
    () => on(({ get }) => get({ maxAge: NaN })),
    'maxAge is NaN. Pass a duration of at least 0 ms (1500, "500ms", "30s", "5m", "2h") or "never".',
  ],
  ...[
    ["a number", 5, "5"],
    ["an AbortController", new AbortController(), "an AbortController"],
    ["listeners alone", listens, "an object"],
    ["a text for aborted", { ...listens, aborted: "no" }, "an object"],
    ["only one of the listeners", { aborted: false, addEventListener: () => {} }, "an object"],
    ["only the other one", { aborted: false, removeEventListener: () => {} }, "an object"],
  ].map(
    ([what, signal, shown]) =>
      [
        `${String(what)} for a signal`,
        () => on(({ get }) => get({ signal: signal as never })),
        `signal is ${String(shown)}. Pass ${A_SIGNAL}.`,
      ] as const,
  ),
  [
    "an option of reload()",
    () => on(({ reload }) => reload({ accepts: "1" } as never)),
    'reload() has no option "accepts". Did you mean "accept"? It accepts accept.',
    "HS_UNKNOWN_OPTION",
  ],
  ...[false, 5, null].map(
    (accept) =>
      [
        `${accept} for accept`,
        () => on(({ reload }) => reload({ accept: accept as never })),
        `accept is ${accept}. Pass ${A_REVISION}.`,
      ] as const,
  ),
  ["a listener", () => on(({ subscribe }) => subscribe(5 as never)), "listener is 5. Pass a function."],
  ["a resource", () => borrow({} as never), "resource is an object. Pass what health.resource() returned."],
  [
    "another kind of resource",
    () => borrow({ kind: "resource" } as never),
    "resource is an object. Pass what health.resource() returned.",
  ],
  // What a loader calls.
  [
    "an option of loaded()",
    () => loaded(1, { etag: "1" } as never),
    'loaded() has no option "etag". It accepts asOf, keep, revision.',
    "HS_UNKNOWN_OPTION",
  ],
  ["a keep", () => loaded(1, { keep: 1 as never }), "keep is 1. Pass true or false."],
  [
    "an option of unchanged()",
    () => unchanged({ etag: "1" } as never),
    'unchanged() has no option "etag". It accepts asOf, behind, revision.',
    "HS_UNKNOWN_OPTION",
  ],
  ["a behind", () => unchanged({ behind: 2 as never }), "behind is 2. Pass a revision, as a string."],
];

test.each(WRONG.map(([what, ...rest]) => [what, rest] as const))(
  "%s is refused by name",
  (_, [call, message, code = "HS_INVALID_OPTION"]) => {
    expect(call).toThrow(refused(`health-state: ${message}`, code));
  },
);

test("handed-in parts and callbacks may be undefined, and the ends of each range are accepted", async () => {
  const none = { validate: undefined, onRejected: undefined, dispose: undefined, required: undefined };
  expect(toCheckedOptions({ load, ...none })).toMatchObject({ required: true, validate: [] });
  expect(() => create({ ...none, gate: undefined, lastKnownGood: undefined })).not.toThrow();
  expect(() => create({ gate: limitLoads(1), lastKnownGood: seed({}, { asOf: 0 }) })).not.toThrow();
  for (const jitter of [0, 1]) expect(toCheckedOptions({ load, jitter }).limits.jitter).toBe(jitter);
  const least = { timeout: 1, disposeAfter: 0, gateWait: 1, retryMost: 1 };
  expect(toCheckedOptions({ load, ...least }).limits).toMatchObject(least);
  const same = { refreshEvery: 1_000, retryMost: 1_000, staleAfter: 1_001, refuseAfter: 1_001 };
  expect(toCheckedOptions({ load, ...same }).limits).toMatchObject(same);
  expect(toCheckedOptions({ load, refreshEvery: "never", staleAfter: "never" }).limits.staleAfter).toBe(Infinity);
  const index = create({});
  const given = { maxAge: "never", waitUntil: () => {}, signal: undefined } as const;
  expect(await index.get(given)).toEqual({});
  expect(await index.get({ maxAge: undefined, waitUntil: undefined })).toEqual({});
  expect(await index.reload({ accept: undefined })).toMatchObject({ generation: 2 });
});

test("a wrong maxAge is refused by the call itself, in request mode too", async () => {
  const health = createHealth({ clock: createVirtualClock(), refresh: onRequest() });
  const index = health.resource("index", { load });
  expect(() => index.get({ maxAge: "old" })).toThrow('health-state: maxAge is "old". Pass a duration');
  await health.close();
});

test("reload() as a listener takes the name of a signal, or an event, for no options", async () => {
  for (const given of ["SIGHUP", new Event("message")])
    expect(await create({}).reload(given as never)).toMatchObject({ state: "READY" });
});

test("the default of a limit is used where the option is not given", () => {
  expect(toCheckedOptions({ load }).limits).toEqual({
    refreshEvery: Infinity,
    staleAfter: Infinity,
    refuseAfter: Infinity,
    timeout: 300_000,
    retryMost: undefined,
    jitter: 0.1,
    disposeAfter: 30_000,
    gateWait: 30_000,
  });
});

test("what loaded() and unchanged() are told is kept as it is", () => {
  const note = { revision: "1", asOf: 5, keep: false };
  expect(loaded("v", note)).toMatchObject({ value: "v", ...note });
  expect(loaded("v")).toMatchObject({ value: "v", revision: undefined, asOf: undefined, keep: undefined });
  const other = { revision: "1", asOf: 5, behind: "2" };
  expect(unchanged(other)).toMatchObject(other);
  expect(unchanged()).toMatchObject({ revision: undefined, asOf: undefined, behind: undefined });
});
