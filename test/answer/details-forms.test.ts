import { describe, expect, test } from "vitest";
import { createHealth, details, heartbeat, loaded, seed, unchanged, type Health, type State } from "../../src/index.ts";
import { createScriptedLoader, createVirtualClock, force, type VirtualClock } from "../../src/testing/index.ts";
import { stage } from "./cells.ts";
import { ask } from "./whole.ts";

const always = { details: details("always") };

async function text(health: Health, path = "/status"): Promise<string[]> {
  return (await ask(health, `${path}?verbose`)).body.split("\n");
}

async function json(
  health: Health,
  path = "/status",
): Promise<{ status: string; checks: Record<string, unknown[]>; omitted?: number }> {
  return JSON.parse((await ask(health, path, { headers: { accept: "application/json" } })).body);
}

/** A health with a resource per entry, each put where the entry says. */
function of(
  places: Readonly<Record<string, { state: State; required?: boolean; refuseAfter?: string }>>,
  clock: VirtualClock = createVirtualClock(),
): Health {
  const health = createHealth({ clock, ...always });
  for (const [name, { state, ...options }] of Object.entries(places))
    force(
      health.resource(name, { load: () => new Promise<object>(() => {}), staleAfter: "1m", ...options }),
      state,
      {},
    );
  return health;
}

describe("the text form, a line per resource, as the Kubernetes components write it", () => {
  const LINES: Readonly<Record<State, readonly string[]>> = {
    NOT_LOADED: ["[-]index failed: not loaded", "readiness check failed", ""],
    LOADING: ["[-]index failed: loading", "readiness check failed", ""],
    READY: ["[+]index ok", "readiness check passed", ""],
    STALE: ["[-]index failed: too old", "readiness check failed", ""],
  };
  // SAFETY: the keys of a Record<State, …> are states.
  test.each(Object.entries(LINES) as [State, readonly string[]][])("%s", async (state, lines) => {
    expect(await text(of({ index: { state } }))).toEqual(lines);
  });

  test("stale and served is ok and says so, and informative says so", async () => {
    const health = of({
      index: { state: "STALE", refuseAfter: "never" },
      extra: { state: "NOT_LOADED", required: false },
    });
    expect(await text(health)).toEqual([
      "[+]index ok (stale)",
      "[-]extra failed: not loaded (informative)",
      "readiness check passed",
      "",
    ]);
  });

  test("each probe names itself; an empty registry has its verdict alone", async () => {
    const health = createHealth(always);
    expect(await text(health)).toEqual(["readiness check passed", ""]);
    expect(await text(health, "/status/live")).toEqual(["liveness check passed", ""]);
    expect(await text(health, "/status/startup")).toEqual(["startup check passed", ""]);
  });

  test("a drain is a line of its own, for nothing else would say why", async () => {
    const health = of({ index: { state: "READY" } });
    health.drain();
    expect(await text(health)).toEqual(["[-]draining", "[+]index ok", "readiness check failed", ""]);
    expect(await text(health, "/status/startup")).toEqual(["[+]index ok", "startup check passed", ""]);
  });

  test("what is expected and not registered has a line", async () => {
    expect(await text(createHealth({ ...always, expect: ["index"] }))).toEqual([
      "[-]index failed: not loaded",
      "readiness check failed",
      "",
    ]);
  });

  test("liveness knows heartbeats and no data, the others data and no heartbeats; the overdue first", async () => {
    const clock = createVirtualClock();
    const health = of({ index: { state: "READY" } }, clock);
    heartbeat(health, "writer", { within: "1h" })();
    heartbeat(health, "consumer", { within: "30s" })();
    await clock.advance(40_000);
    expect(await text(health, "/status/live")).toEqual([
      "[-]consumer failed: overdue",
      "[+]writer ok",
      "liveness check failed",
      "",
    ]);
    expect(await text(health)).toEqual(["[+]index ok", "readiness check passed", ""]);
  });
});

describe("the worst comes first, the rest is counted", () => {
  test("what bears on the verdict before what informs, refused before served", async () => {
    const health = of({
      "f-good-info": { state: "READY", required: false },
      "e-bad-info": { state: "NOT_LOADED", required: false },
      "d-good": { state: "READY" },
      "c-stale": { state: "STALE", refuseAfter: "never" },
      "b-refused": { state: "STALE" },
      "a-loading": { state: "LOADING" },
      "z-not-loaded": { state: "NOT_LOADED" },
    });
    const order = ["z-not-loaded", "a-loading", "b-refused", "c-stale", "d-good", "e-bad-info", "f-good-info"];
    expect((await text(health)).map((line) => line.slice(3).split(" ")[0])).toEqual([...order, "diness", ""]);
    expect(Object.keys((await json(health)).checks)).toEqual(order.map((name) => `${name}:age`));
  });

  test.each([
    [99, 0],
    [100, 0],
    [101, 1],
    [1_000, 900],
  ])("of %i resources %i are left out, never the one that is refused", async (count, omitted) => {
    const health = of({
      ...Object.fromEntries(
        Array.from({ length: count - 1 }, (_, n) => [`part-${n}`, { state: "NOT_LOADED", required: false }] as const),
      ),
      last: { state: "STALE" },
    });
    const { checks, omitted: left = 0 } = await json(health);
    expect([Object.keys(checks).length, left, Object.keys(checks)[0]]).toEqual([count - omitted, omitted, "last:age"]);
    const lines = await text(health);
    expect(lines[0]).toBe("[-]last failed: too old");
    expect(lines.slice(-3)).toEqual([omitted ? `${omitted} more` : expect.any(String), "readiness check failed", ""]);
    expect(lines.length).toBe(count - omitted + (omitted ? 3 : 2));
  });
});

describe("the health+json form", () => {
  test("a life, each document whole", async () => {
    const { health, loader, clock } = stage({ refuseAfter: "10m" }, always);
    health.start();
    const limits = { refreshEvery: 30, staleAfter: 65, refuseAfter: 600 };
    expect(await json(health)).toEqual({
      status: "fail",
      checks: {
        "index:age": [
          {
            status: "fail",
            state: "LOADING",
            required: true,
            observedUnit: "s",
            generation: 0,
            refreshing: false,
            attempt: 1,
            limits,
          },
        ],
      },
    });
    await clock.advance(500);
    loader.last.succeed(loaded({}, { revision: "v7" }));
    await clock.advance(30_250);
    const pass = {
      status: "pass",
      state: "READY",
      required: true,
      observedValue: 30.75,
      observedUnit: "s",
      time: "2026-01-01T00:00:00.000Z",
      generation: 1,
      revision: "v7",
      origin: "source",
      refreshing: true,
      attempt: 1,
      longestLoad: 0.5,
      limits,
    };
    expect(await json(health)).toEqual({ status: "pass", checks: { "index:age": [pass] } });
    loader.last.fail(new Error("source is down"));
    await clock.advance(60_000);
    const stale = {
      ...pass,
      status: "warn",
      state: "STALE",
      observedValue: 90.75,
      attempt: 2,
      output: "source is down",
    };
    expect(await json(health)).toEqual({ status: "warn", checks: { "index:age": [stale] } });
    expect((await ask(health, "/status")).status).toBe(200);
    health.drain();
    expect(await json(health)).toEqual({ status: "fail", output: "draining", checks: { "index:age": [stale] } });
    expect(await json(health, "/status/live")).toEqual({ status: "pass", checks: {} });
    loader.last.succeed(unchanged());
    await health.close();
    expect(await json(health)).toEqual({ status: "fail", checks: {} });
  });

  test("a restored value says so in both forms until the source confirms it, and a rejected revision is named", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock, ...always });
    const loader = createScriptedLoader<object>();
    health.resource("index", {
      load: loader.load,
      staleAfter: "65s",
      validate: (next) => "good" in next,
      lastKnownGood: seed<object>({ good: true }, { revision: "v6", asOf: new Date(clock.wall()) }),
    });
    health.start();
    await clock.advance(0);
    expect((await json(health)).checks["index:age"]).toMatchObject([{ origin: "seed", revision: "v6" }]);
    expect(await text(health)).toEqual(["[+]index ok (from a seed)", "readiness check passed", ""]);

    loader.last.succeed(loaded({}, { revision: "v7" }));
    await clock.advance(0);
    expect((await json(health)).checks["index:age"]).toMatchObject([
      { origin: "seed", revision: "v6", rejected: "v7", output: "validate returned false for the new value" },
    ]);

    expect(await text(health)).toEqual([
      "[+]index ok (from a seed) (last error: validate returned false for the new value; rejected revision: v7)",
      "readiness check passed",
      "",
    ]);

    await clock.advance(60_000);
    loader.last.succeed(loaded({ good: true }, { revision: "v8" }));
    await clock.advance(0);
    const [check] = (await json(health)).checks["index:age"] ?? [];
    expect(check).toMatchObject({ origin: "source", revision: "v8" });
    expect(check).not.toHaveProperty("rejected");
  });

  test("never is null, for JSON has no infinity", async () => {
    const health = createHealth(always);
    health.resource("index", { load: () => ({}) });
    expect((await json(health)).checks["index:age"]).toMatchObject([
      { limits: { refreshEvery: null, staleAfter: null, refuseAfter: null } },
    ]);
  });

  test("what is expected and not registered, and heartbeats on liveness", async () => {
    const health = createHealth({ ...always, expect: ["index"] });
    heartbeat(health, "consumer", { within: "30s" });
    expect(await json(health)).toEqual({
      status: "fail",
      checks: {
        "index:age": [
          {
            status: "fail",
            state: "NOT_LOADED",
            required: true,
            observedUnit: "s",
            output: "expected, and not registered",
          },
        ],
      },
    });
    expect(await json(health, "/status/live")).toEqual({
      status: "pass",
      checks: { "consumer:heartbeat": [{ status: "pass" }] },
    });
  });

  test("whatever a loader throws, the document is JSON with a text for output", async () => {
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    const hostile = {
      toString: (): never => {
        throw new Error("no");
      },
    };
    const THROWN: readonly (readonly [unknown, string])[] = [
      [new Error("plain"), "plain"],
      ["a string", "a string"],
      [null, "null"],
      [42n, "42"],
      [Symbol("s"), "Symbol(s)"],
      [cyclic, "[object Object]"],
      [hostile, "an error that cannot be shown"],
      [Object.create(null), "an error that cannot be shown"],
      [Object.assign(new Error(), { message: 7n }), "7"],
      [Object.assign(new Error(), { message: cyclic }), "[object Object]"],
      [Object.defineProperty(new Error(), "message", { get: hostile.toString }), "an error that cannot be shown"],
      [new Error('quotes " \\ \u2028 \ud800 </script>\n'), 'quotes " \\ \u2028 \ud800 </script>\n'],
      ["x".repeat(1_000_000), `${"x".repeat(300)}…`],
    ];
    for (const [thrown, output] of THROWN) {
      const { health, loader, clock } = stage({}, always);
      health.start();
      await clock.settle();
      loader.calls[0]?.fail(thrown);
      await clock.settle();
      expect((await json(health)).checks["index:age"]).toMatchObject([{ output }]);
    }
  });
});
