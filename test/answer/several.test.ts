import { describe, expect, test } from "vitest";
import { createHealth, type State } from "../../src/index.ts";
import { createVirtualClock, force } from "../../src/testing/index.ts";
import type { Line } from "./cells.ts";
import { ask, wholeOf } from "./whole.ts";

/** Where a required resource can stand for readiness. */
type Place = State | "refused";

const PLACES: readonly Place[] = ["NOT_LOADED", "LOADING", "refused", "STALE", "READY"];

/** What one resource in each place says; the worse comes first, and the worse speaks for all. */
const SPEAKS: Readonly<Record<Place, { readonly alone: Line; readonly draining: Line }>> = {
  NOT_LOADED: {
    alone: [503, "INDEX-NOT-LOADED", "NOT_LOADED", "5"],
    draining: [503, "INDEX-NOT-LOADED", "NOT_LOADED", "5"],
  },
  LOADING: {
    alone: [503, "INDEX-NOT-LOADED", "LOADING", "5"],
    draining: [503, "INDEX-NOT-LOADED", "LOADING", "5"],
  },
  refused: { alone: [503, "INDEX-STALE", "STALE", "5"], draining: [503, "INDEX-DRAINING", "STALE", "5"] },
  STALE: { alone: [200, "I-AM-ALIVE", "STALE", undefined], draining: [503, "INDEX-DRAINING", "STALE", "5"] },
  READY: { alone: [200, "I-AM-ALIVE", "READY", undefined], draining: [503, "INDEX-DRAINING", "READY", "5"] },
};

function served(places: readonly Place[], required = true): ReturnType<typeof createHealth> {
  const health = createHealth({ clock: createVirtualClock() });
  const made = places.map((place, n) =>
    health.resource(`part-${n}`, {
      load: () => new Promise<object>(() => {}),
      staleAfter: "1m",
      refuseAfter: place === "STALE" ? "never" : "2m",
      required,
    }),
  );
  for (const [n, place] of places.entries()) {
    const part = made[n];
    if (part) force(part, place === "refused" ? "STALE" : place, {});
  }
  return health;
}

describe("of two resources the worse speaks, whichever was registered first", () => {
  const pairs = PLACES.flatMap((one) => PLACES.map((other) => [one, other] as const));
  test.each(pairs)("%s and %s", async (one, other) => {
    const worse = PLACES[Math.min(PLACES.indexOf(one), PLACES.indexOf(other))] ?? "READY";
    const health = served([one, other]);
    expect(await ask(health, "/status")).toEqual(wholeOf(SPEAKS[worse].alone));
    health.drain();
    expect(await ask(health, "/status")).toEqual(wholeOf(SPEAKS[worse].draining));
  });
});

test("one bad resource among a thousand good ones speaks, and falls silent when it is mended", async () => {
  const health = served(Array.from({ length: 1_000 }, () => "READY"));
  const odd = health.resource("odd", { load: () => new Promise<object>(() => {}), staleAfter: "1m" });
  expect(await ask(health, "/status")).toEqual(wholeOf([503, "INDEX-NOT-LOADED", "NOT_LOADED", "1"]));
  force(odd, "STALE", {});
  expect(await ask(health, "/status")).toEqual(wholeOf([503, "INDEX-STALE", "STALE", "5"]));
  force(odd, "READY", {});
  expect(await ask(health, "/status")).toEqual(wholeOf([200, "I-AM-ALIVE", "READY", undefined]));
});

test("retry-after is the earliest planned attempt among those that stand in the way", async () => {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  const failing = async (): Promise<never> => {
    throw new Error("down");
  };
  health.resource("late", { load: failing });
  health.start();
  await clock.advance(20_000);
  const late = Number((await ask(health, "/status")).headers["retry-after"]);
  health.resource("early", { load: failing });
  await clock.settle();
  expect([late > 1, (await ask(health, "/status")).headers["retry-after"]]).toEqual([true, "1"]);
});

describe("what is not required is in no verdict", () => {
  test.each(PLACES)("an informative resource that is %s leaves all three probes alone", async (place) => {
    const health = served([place], false);
    expect(await ask(health, "/status")).toEqual(wholeOf([200, "I-AM-ALIVE", "READY", undefined]));
    expect(await ask(health, "/status/startup")).toEqual(wholeOf([200, "I-AM-ALIVE", "READY", undefined]));
    expect(await ask(health, "/status/live")).toEqual(wholeOf([200, "I-AM-ALIVE", undefined, undefined]));
  });

  test("a check that fails is reported and refuses nothing", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    health.check("database", { run: () => false, refreshEvery: "5s", staleAfter: "20s" });
    health.start();
    await clock.advance(60_000);
    expect(await ask(health, "/status")).toEqual(wholeOf([200, "I-AM-ALIVE", "READY", undefined]));
  });

  test("a required check refuses readiness, and never startup", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    health.check("database", { run: () => false, refreshEvery: "5s", staleAfter: "20s", required: true });
    health.start();
    await clock.settle();
    expect(await ask(health, "/status")).toEqual(wholeOf([503, "INDEX-NOT-LOADED", "NOT_LOADED", "1"]));
    expect(await ask(health, "/status/startup")).toEqual(wholeOf([200, "I-AM-ALIVE", "NOT_LOADED", undefined]));
  });
});

describe("the registry itself", () => {
  test("an empty one is ready, alive and started", async () => {
    const health = createHealth();
    expect(await ask(health, "/status")).toEqual(wholeOf([200, "I-AM-ALIVE", "READY", undefined]));
    expect(await ask(health, "/status/live")).toEqual(wholeOf([200, "I-AM-ALIVE", undefined, undefined]));
    expect(await ask(health, "/status/startup")).toEqual(wholeOf([200, "I-AM-ALIVE", "READY", undefined]));
  });

  test("an empty one that drains says so", async () => {
    const health = createHealth();
    health.drain();
    expect(await ask(health, "/status")).toEqual(wholeOf([503, "INDEX-DRAINING", "READY", "5"]));
    expect(await ask(health, "/status/startup")).toEqual(wholeOf([200, "I-AM-ALIVE", "READY", undefined]));
  });

  test("an expected resource that nobody registered is not loaded, draining or not", async () => {
    const health = createHealth({ expect: ["index"], clock: createVirtualClock() });
    const missing = wholeOf([503, "INDEX-NOT-LOADED", "NOT_LOADED", "5"]);
    health.resource("other", { load: () => ({}) });
    expect(await ask(health, "/status/startup")).toMatchObject({ status: 503, body: "INDEX-NOT-LOADED" });
    expect((await ask(health, "/status")).status).toBe(503);
    health.drain();
    expect(await ask(health, "/status")).toEqual(missing);
    expect(await ask(health, "/status/startup")).toEqual(missing);
    expect(await ask(health, "/status/live")).toEqual(wholeOf([200, "I-AM-ALIVE", undefined, undefined]));
  });

  test("an expected resource counts from the moment it is registered", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ expect: ["index"], clock });
    health.start();
    expect(await ask(health, "/status")).toEqual(wholeOf([503, "INDEX-NOT-LOADED", "NOT_LOADED", "5"]));
    health.resource("index", { load: () => ({}) });
    await clock.settle();
    expect(await ask(health, "/status")).toEqual(wholeOf([200, "I-AM-ALIVE", "READY", undefined]));
    expect(await ask(health, "/status/startup")).toEqual(wholeOf([200, "I-AM-ALIVE", "READY", undefined]));
  });

  test("a closed one is not loaded and alive, whatever it held", async () => {
    const health = served(["READY"]);
    await health.close();
    expect(await ask(health, "/status")).toEqual(wholeOf([503, "INDEX-NOT-LOADED", "NOT_LOADED", "5"]));
    expect(await ask(health, "/status/startup")).toEqual(wholeOf([503, "INDEX-NOT-LOADED", "NOT_LOADED", "5"]));
    expect(await ask(health, "/status/live")).toEqual(wholeOf([200, "I-AM-ALIVE", undefined, undefined]));
  });

  test("a closed one that was drained before is closed", async () => {
    const health = served(["READY"]);
    health.drain();
    await health.close();
    expect(await ask(health, "/status")).toEqual(wholeOf([503, "INDEX-NOT-LOADED", "NOT_LOADED", "5"]));
  });

  test("startup stays 200 once it was, though the data goes", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    const index = health.resource("index", { load: () => ({}) });
    health.start();
    await clock.settle();
    force(index, "NOT_LOADED");
    expect(await ask(health, "/status/startup")).toEqual(wholeOf([200, "I-AM-ALIVE", "NOT_LOADED", undefined]));
    expect(await ask(health, "/status")).toEqual(wholeOf([503, "INDEX-NOT-LOADED", "NOT_LOADED", "5"]));
  });
});
