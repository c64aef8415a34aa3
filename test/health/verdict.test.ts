import { expect, test } from "vitest";
import { heartbeat, STATES, WORDS, type Probe, type State } from "../../src/index.ts";
import { registryOf } from "../../src/health/registry-of.ts";
import type { Registry } from "../../src/health/registry.ts";
import type { ProbeOutcome } from "../../src/health/verdict.ts";
import { createKit, type Kit } from "../resource/kit.ts";

/** STALE twice: at or under `refuseAfter`, and over it. */
type Standing = State | "REFUSED";
type Heart = "none" | "beating" | "overdue";
type Row = Readonly<Record<Probe, ProbeOutcome>> & { readonly worst: State; readonly draining: ProbeOutcome };

/** The README's table, by the registry's own words; `draining` is what readiness says in a drain. */
const TABLE: Readonly<Record<Standing, Row>> = {
  NOT_LOADED: {
    readiness: "notLoaded",
    draining: "notLoaded",
    startup: "notLoaded",
    liveness: "ok",
    worst: "NOT_LOADED",
  },
  LOADING: { readiness: "notLoaded", draining: "notLoaded", startup: "notLoaded", liveness: "ok", worst: "LOADING" },
  READY: { readiness: "ok", draining: "draining", startup: "ok", liveness: "ok", worst: "READY" },
  STALE: { readiness: "ok", draining: "draining", startup: "ok", liveness: "ok", worst: "STALE" },
  REFUSED: { readiness: "stale", draining: "draining", startup: "ok", liveness: "ok", worst: "STALE" },
};
const LIVENESS: Readonly<Record<Heart, ProbeOutcome>> = { none: "ok", beating: "ok", overdue: "wedged" };

const REACH: Readonly<Record<Standing, (kit: Kit) => unknown>> = {
  NOT_LOADED: async ({ health, fail }) => {
    health.start();
    await fail();
  },
  LOADING: ({ health }) => health.start(),
  READY: ({ ready }) => ready(),
  STALE: async ({ ready, clock }) => {
    await ready();
    await clock.advance(60_001);
  },
  REFUSED: async ({ ready, clock }) => {
    await ready();
    await clock.advance(90_001);
  },
};
const limits = { refreshEvery: "never", staleAfter: "60s", refuseAfter: "90s" } as const;

const cells = (Object.keys(TABLE) as Standing[]).flatMap((standing) =>
  [false, true].flatMap((drained) =>
    (Object.keys(LIVENESS) as Heart[]).map((heart) => [standing, drained, heart] as const),
  ),
);

test.each(cells)("%s, draining %s, heartbeat %s", async (standing, drained, heart) => {
  const kit = createKit(limits);
  const { health, clock } = kit;
  await REACH[standing](kit);
  if (heart !== "none") heartbeat(health, "consumer", { within: heart === "beating" ? "1h" : 1 })();
  await clock.advance(2);
  if (drained) health.drain();
  const registry = registryOf(health);
  const { readiness, startup, liveness, worst, draining } = TABLE[standing];
  expect(liveness).toBe("ok");
  expect(registry.readiness()).toMatchObject({ outcome: drained ? draining : readiness, worst });
  expect(registry.startup()).toMatchObject({ outcome: startup, worst });
  expect(registry.liveness().outcome).toBe(LIVENESS[heart]);
});

test("the table names every state, and the words every verdict", () => {
  expect(
    Object.keys(TABLE)
      .filter((standing) => standing !== "REFUSED")
      .sort(),
  ).toEqual([...STATES].sort());
  const said = new Set(
    Object.values(TABLE).flatMap(({ readiness, draining, startup, liveness }) => [
      readiness,
      draining,
      startup,
      liveness,
    ]),
  );
  expect([...said, "wedged"].sort()).toEqual(Object.keys(WORDS).sort());
});

test("a registry is found only behind what createHealth() gave", () => {
  const registry: Registry = registryOf(createKit().health);
  expect(registry.resources.length).toBe(1);
  const refused = "health-state: health is an object. Pass what createHealth() returned.";
  expect(() => registryOf({})).toThrow(refused);
  // What has every property has no registry of ours.
  const everything: object = new Proxy({}, { get: () => everything });
  expect(() => registryOf({ [Symbol.for("health-state.registry")]: everything })).toThrow(refused);
  expect(() => registryOf({ [Symbol.for("health-state.registry")]: {} })).toThrow(refused);
});
