import { refused } from "../kit/refused.ts";
import { expect, test } from "vitest";
import { createHealth, heartbeat, toMs, type Health, type ResourceLimits } from "../../src/index.ts";
import { toCheckedOptions } from "../../src/resource/options.ts";

test.each([
  [1500, 1500],
  [0.2, 1],
  ["500ms", 500],
  ["30s", 30_000],
  ["5m", 300_000],
  ["2h", 7_200_000],
  ["1d", 86_400_000],
  ["1.5s", 1_500],
] as const)("the duration %j is %d ms", (given, ms) => {
  expect(toMs("option", given, 0)).toBe(ms);
});

test.each([
  NaN,
  Infinity,
  -1,
  1e15,
  "",
  "30",
  "s",
  "30 s",
  "-1s",
  "1w",
  "0x1s",
  "never",
  "1e3s",
  null,
  undefined,
  true,
  {},
  ["1s"],
])("the duration %j is refused by name, with what was given and what is accepted", (given) => {
  const kind = Array.isArray(given) ? "an Array" : "an object";
  const shown = typeof given === "string" ? `"${given}"` : given instanceof Object ? kind : String(given);
  expect(() => toMs("timeout", given, 0)).toThrow(
    `health-state: timeout is ${shown}. Pass a duration of at least 0 ms (`,
  );
  expect(() => toMs("timeout", given, 0)).toThrow(TypeError);
});

const NEVER = Infinity;
test.each<readonly [ResourceLimits, number, number, number]>([
  [{}, NEVER, NEVER, NEVER],
  [{ refreshEvery: "30s" }, 30_000, 65_000, 65_000],
  [{ staleAfter: "65s" }, 32_500, 65_000, 65_000],
  [{ staleAfter: 3 }, 2, 3, 3],
  [{ refreshEvery: "30s", staleAfter: "never" }, 30_000, NEVER, NEVER],
  [{ refreshEvery: "never", staleAfter: "65s" }, NEVER, 65_000, 65_000],
  [{ refreshEvery: "never" }, NEVER, NEVER, NEVER],
  [{ refreshEvery: "30s", refuseAfter: "10m" }, 30_000, 65_000, 600_000],
  [{ refreshEvery: "30s", refuseAfter: "never" }, 30_000, 65_000, NEVER],
])(
  "of %j the limits are refreshEvery %d, staleAfter %d, refuseAfter %d",
  (given, refreshEvery, staleAfter, refuseAfter) => {
    expect(toCheckedOptions({ load: () => 1, ...given }).limits).toEqual({
      refreshEvery,
      staleAfter,
      refuseAfter,
      timeout: 300_000,
      jitter: 0.1,
      disposeAfter: 30_000,
      gateWait: 30_000,
    });
  },
);

const load = () => 1;
test.each([
  [{ refreshEvery: "30s", staleAfter: "30s" }, 'staleAfter is "30s". Pass more than refreshEvery, 30000 ms'],
  [{ refreshEvery: "30s", refuseAfter: "64s" }, 'refuseAfter is "64s". Pass at least staleAfter, 65000 ms, or "never"'],
  [{ refuseAfter: "1h" }, 'refuseAfter is "1h". Pass at least staleAfter, Infinity ms, or "never"'],
  [{ refreshEvery: 0 }, "refreshEvery is 0. Pass a duration of at least 1 ms"],
  [{ timeout: "never" }, 'timeout is "never". Pass a duration of at least 1 ms'],
  [{ disposeAfter: "never" }, 'disposeAfter is "never". Pass a duration of at least 0 ms'],
  [{ jitter: 1.1 }, "jitter is 1.1. Pass a share from 0 to 1"],
  [{ jitter: NaN }, "jitter is NaN. Pass a share from 0 to 1"],
])("the options %j are refused: %s", (options, message) => {
  expect(() => createHealth().resource("index", { load, ...options })).toThrow(`health-state: ${message}`);
});

test.each(["", "Index", "1st", "-a", "a_b", "a".repeat(64), "ä", 7, undefined])(
  "the name %j is refused, of a resource, a check, an expectation and a heartbeat",
  (name) => {
    const health = createHealth();
    const given = name as string;
    expect(() => health.resource(given, { load })).toThrow("health-state: name is");
    expect(() => health.check(given, { run: load })).toThrow("health-state: name is");
    expect(() => createHealth({ expect: [given] })).toThrow("health-state: expect is");
    expect(() => heartbeat(health, given, { within: 1 })).toThrow("health-state: heartbeat is");
  },
);

test("a name taken, and a resource for a health that is closed, are refused", async () => {
  const health = createHealth();
  health.resource("a".repeat(63), { load });
  health.resource("index", { load });
  expect(() => health.resource("index", { load })).toThrow(
    'health-state: name is "index". Pass a name that is not in use.',
  );
  heartbeat(health, "index", { within: 1 });
  expect(() => heartbeat(health, "index", { within: 1 })).toThrow('heartbeat is "index"');
  await health.close();
  expect(() => health.resource("late", { load })).toThrow(
    refused('health-state: the health is closed. Register "late" before close(), or create a new health.', "HS_CLOSED"),
  );
});

test("what JavaScript forgets or mistakes is refused where it is handed in", () => {
  // SAFETY: what JavaScript may pass.
  const create = createHealth as (options: unknown) => Health;
  const health = create({});
  const add = health.resource.bind(health) as (name: string, options?: unknown) => unknown;
  const check = health.check.bind(health) as (name: string, options: unknown) => unknown;
  const wrong: readonly (readonly [() => unknown, string])[] = [
    [() => add("index"), "the options of health.resource() is undefined. Pass an object."],
    [() => add("index", { refreshEvery: "30s" }), "load is undefined. Pass a function."],
    [() => add("index", { load: Promise.resolve(1) }), "load is a Promise. Pass a function."],
    [() => check("database", { refreshEvery: "5s" }), "run is undefined. Pass a function."],
    [() => create({ details: "always" }), 'details is "always". Pass the result of details("always").'],
    [() => create({ refresh: "request" }), 'refresh is "request". Pass the result of onRequest().'],
    [() => create({ expect: "index" }), 'expect is "index". Pass an array of names.'],
  ];
  for (const [make, message] of wrong) expect(make).toThrow(refused(`health-state: ${message}`));
  expect(health.fetch(new Request("http://x/status")).status).toBe(200);
});

test("a bad maxAge is refused at once, by name", () => {
  const index = createHealth().resource("index", { load });
  expect(() => index.get({ maxAge: "old" })).toThrow('health-state: maxAge is "old"');
});
