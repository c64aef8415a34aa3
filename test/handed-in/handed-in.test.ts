import { expect, test, vi } from "vitest";
import * as core from "../../src/index.ts";
import * as fleet from "../../src/fleet/index.ts";
import * as testing from "../../src/testing/index.ts";
import { faultsOf, thrownBy } from "../kit/refused.ts";
import { ADAPTERS, ADAPTER_ROWS, ADAPTER_SWAPPED } from "./adapter-row.ts";
import { FLEET_ROWS, FLEET_SWAPPED } from "./fleet-row.ts";
import { EVERY_KIND, KINDS } from "./kind.ts";
import { createScene, ROWS as CORE_ROWS, SWAPPED, type Scene } from "./row.ts";
import { SEEING, SEEING_ROWS, SEEING_SWAPPED } from "./seeing-row.ts";
import { SOURCE_ROWS, SOURCES, SOURCE_SWAPPED } from "./source-row.ts";

const ROWS = [...CORE_ROWS, ...SEEING_ROWS, ...FLEET_ROWS, ...SOURCE_ROWS, ...ADAPTER_ROWS];

/** The library makes these errors itself. */
const WITHOUT_A_ROW = ["NotReadyError", "SourceError", "StoreError"];

const cases = ROWS.map((row) => [`${row.of}: ${row.slot}`, row] as const);

test.each(cases)(
  "%s refuses each wrong kind, by a TypeError with a code, and leaves nothing behind",
  async (_, row) => {
    const faults: string[] = [];
    for (const kind of EVERY_KIND) {
      const scene = createScene();
      const before = scene.left();
      // SAFETY: what the types forbid is the point.
      const thrown = await thrownBy(() => row.call(scene, KINDS[kind]() as never));
      if (row.takes.includes(kind)) {
        if (thrown) faults.push(`${kind}: ${String(thrown.error)}`);
      } else {
        for (const fault of faultsOf(thrown)) faults.push(`${kind}: ${fault}`);
        await scene.clock.settle();
        expect(scene.left(), kind).toEqual(before);
        // The names are still free.
        scene.health.resource("fresh", { load: () => 1 });
        core.heartbeat(scene.health, "loop", { within: "1s" });
      }
      await scene.health.close();
    }
    expect(faults).toEqual([]);
  },
);

test.each([...SWAPPED, ...SEEING_SWAPPED, ...FLEET_SWAPPED, ...SOURCE_SWAPPED, ...ADAPTER_SWAPPED])(
  "%s is refused, and leaves nothing behind",
  async (_, make) => {
    const scene = createScene();
    const before = scene.left();
    expect(faultsOf(await thrownBy(() => make(scene)))).toEqual([]);
    await scene.clock.settle();
    expect(scene.left()).toEqual(before);
  },
);

const functionsOf = (prefix: string, home: object): readonly string[] =>
  Object.keys(home)
    .filter((name) => typeof Reflect.get(home, name) === "function")
    .map((name) => prefix + name);

/** The methods of a resource stand on its class. Those of the library's own parts are not for users. */
const RESOURCE_METHODS = ["get", "peek", "snapshot", "reload", "invalidate", "unload", "subscribe", "close"];

test("every public function has a row", () => {
  const { health, clock } = createScene();
  const all = [
    ...functionsOf("", core),
    ...functionsOf("", testing),
    ...Object.values(SEEING).flatMap((entry) => functionsOf("", entry)),
    ...Object.entries({ fleet, ...SOURCES, ...ADAPTERS }).flatMap(([name, entry]) => functionsOf(`${name}.`, entry)),
    ...functionsOf("Health.", health),
    ...functionsOf("VirtualClock.", clock),
    ...RESOURCE_METHODS.map((name) => `Resource.${name}`),
  ];
  const rows = new Set(ROWS.map(({ of }) => of));
  expect(all.filter((name) => !rows.has(name))).toEqual(WITHOUT_A_ROW);
  expect([...rows].filter((name) => !all.includes(name))).toEqual([]);
});

test("every unknown option is refused with the nearest known name", () => {
  const { health, index }: Scene = createScene();
  const load = (): number => 1;
  const near: readonly (readonly [string, (given: never) => unknown, object])[] = [
    ["refresh", core.createHealth, { refesh: 1 }],
    ["readiness", (paths) => core.createHealth({ paths }), { readyness: "/x" }],
    ["draining", (words) => core.createHealth({ words }), { drainning: "X" }],
    ["refreshEvery", (given: object) => health.resource("fresh", { load, ...given }), { refreshevery: 1 }],
    ["staleAfter", (given: object) => health.check("fresh", { run: load, ...given }), { staleafter: 1 }],
    ["maxAge", (given) => core.createGuard(index, given), { maxage: 1 }],
    ["delayMs", health.drain, { delayMS: 1 }],
    ["signal", health.whenReady, { signall: 1 }],
    ["maxAge", index.get, { maxage: 1 }],
    ["accept", index.reload, { acept: "1" }],
    ["revision", (note) => core.loaded(1, note), { revison: "1" }],
    ["behind", core.unchanged, { behnd: "1" }],
    ["within", (given) => core.heartbeat(health, "loop", given), { wihtin: 1 }],
    ["probeWait", core.onRequest, { probewait: 1 }],
    [
      "successor",
      (given: object) => core.deprecated("/x", { since: new Date(0), successor: "/", ...given }),
      { succesor: "/" },
    ],
    ["random", testing.createVirtualClock, { randm: 1 }],
  ];
  for (const [known, call, given] of near) {
    expect(() => call(given as never), known).toThrow(`Did you mean "${known}"?`);
    expect(() => call(given as never), known).toThrow(expect.objectContaining({ code: "HS_UNKNOWN_OPTION" }));
  }
  expect(() => index.get({ ["x".repeat(5_000) + "\n"]: 1 } as never)).toThrow(/^.{1,300}$/);
});

test("what is inherited, or stands under a symbol, is no option", () => {
  const { health } = createScene();
  const inherited = { noSuchName: 1, refreshEvery: "no duration", validate: 1, gate: 1, lastKnownGood: 1 };
  const given: object = Object.assign(Object.create(inherited), { load: () => 1 });
  // SAFETY: what the types forbid is the point.
  health.resource("inherited", { ...given, [Symbol("mark")]: 1 } as never);
  health.resource("bare", given as never);
  expect(health.snapshot().resources.map(({ name }) => name)).toEqual(["index", "inherited", "bare"]);
});

test("a wait that is refused for one option leaves no listener on the signal of another", () => {
  const { index } = createScene();
  const { signal } = new AbortController();
  const listen = vi.spyOn(signal, "addEventListener");
  expect(() => index.get({ signal, maxAge: NaN })).toThrow("health-state: maxAge is NaN.");
  expect(listen).not.toHaveBeenCalled();
});

test("what is no AbortSignal is refused where it is handed in, however much of one it has", async () => {
  const { health, index } = createScene();
  const halves = [new AbortController(), new EventTarget(), new Request("http://x"), { aborted: false }];
  const listens = { addEventListener: () => {}, removeEventListener: () => {} };
  for (const signal of [
    ...halves,
    listens,
    { ...listens, aborted: "no" },
    { addEventListener: () => {}, aborted: false },
  ])
    for (const call of [index.get, health.whenReady])
      // SAFETY: what the types forbid is the point.
      expect(faultsOf(await thrownBy(() => call({ signal } as never)))).toEqual([]);
  expect(await index.get({ signal: { ...listens, aborted: false } as never })).toEqual({});
});

test("drain() and reload() handed on as listeners take a signal's name or an event for no options", async () => {
  for (const given of ["SIGTERM", new Event("abort")]) {
    const { health, index } = createScene();
    const { drain } = health;
    const { reload } = index;
    // SAFETY: what the types forbid is the point.
    expect(await reload(given as never)).toMatchObject({ state: "READY" });
    drain(given as never);
    expect(health.snapshot().draining).toBe(true);
  }
});

test("the virtual clock is never NaN, whatever it is handed", async () => {
  const clock = testing.createVirtualClock();
  for (const kind of EVERY_KIND)
    for (const move of [clock.advance, clock.jump, clock.freeze])
      // SAFETY: what the types forbid is the point.
      await thrownBy(() => move(KINDS[kind]() as never));
  await clock.advance("1.5s");
  await clock.advance(0.25);
  expect([clock.wall(), clock.monotonic()].map(Number.isFinite)).toEqual([true, true]);
  expect(clock.monotonic()).toBe(1_507.25);
});

test("a scripted loader that nobody has called says so, with a code", () => {
  expect(() => testing.createScriptedLoader().last).toThrow(expect.objectContaining({ code: "HS_NOT_CALLED" }));
});
