import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { createHealth, loaded, unchanged, type Resource, type ResourceOptions } from "../../src/index.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/index.ts";

interface World {
  readonly clock: VirtualClock;
  readonly index: Resource<unknown>;
  readonly events: string[];
  readonly disposed: unknown[];
  readonly validated: unknown[];
  /** What the next load gives. */
  give(result: unknown): Promise<void>;
  close(): Promise<void>;
}

/** A resource whose loader returns what the test hands it, which its type may forbid. */
function createWorld(options: Partial<ResourceOptions<object>> = {}): World {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  let next: unknown = {};
  const [events, disposed, validated]: [string[], unknown[], unknown[]] = [[], [], []];
  const index = health.resource<object>("index", {
    load: () => next as object,
    validate: (value) => void validated.push(value),
    dispose: (value) => disposed.push(value),
    disposeAfter: 0,
    ...options,
  });
  health.subscribe((event) => {
    if ("outcome" in event) events.push(`${event.outcome ?? ""}`);
  });
  return {
    clock,
    index,
    events,
    disposed,
    validated,
    async give(result) {
      next = result;
      await clock.settle();
      index.reload().catch(() => {});
      await clock.advance(10);
    },
    close: () => health.close(),
  };
}

const codeOf = (world: World): unknown => Reflect.get(Object(world.index.snapshot().lastError?.error), "code");

test("a promise inside loaded() is awaited", async () => {
  const world = createWorld();
  await world.give(loaded(Promise.resolve({ id: 1 }), { revision: "1" }));
  expect(world.index.snapshot()).toMatchObject({ value: { id: 1 }, revision: "1", state: "READY" });
  await world.close();
});

test("a promise inside loaded() that never settles, and a thenable that never calls back, run into the timeout", async () => {
  for (const result of [loaded(new Promise(() => {})), { then: () => {} }, loaded({ then: () => {} })]) {
    const world = createWorld({ timeout: "5s" });
    await world.give(result);
    await world.clock.advance("5s");
    expect([world.events, codeOf(world)]).toEqual([["timed-out"], "HS_TIMED_OUT"]);
    await world.close();
  }
});

test("a promise inside loaded() that rejects fails the load with what it rejects with", async () => {
  const world = createWorld();
  const error = new Error("inside");
  await world.give(loaded(Promise.reject(error)));
  expect(world.index.snapshot().lastError?.error).toBe(error);
  await world.close();
});

test.each([
  ["this realm", (error: unknown) => Promise.reject<object>(error)],
  ["another realm", runInNewContext("(error) => Promise.reject(error)") as (error: unknown) => Promise<object>],
])(
  "a promise of %s inside loaded() that rejects before the loader returns is no unhandled rejection",
  async (_, reject) => {
    const rejections: unknown[] = [];
    const note = (reason: unknown): unknown => rejections.push(reason);
    process.on("unhandledRejection", note);
    const error = new Error("too early");
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    health.subscribe(() => {});
    const index = health.resource<object>("index", {
      load: async () => {
        const result = loaded(reject(error));
        await new Promise((resolve) => setTimeout(resolve, 5));
        return result;
      },
    });
    await expect(index.reload()).rejects.toBe(error);
    process.off("unhandledRejection", note);
    expect(rejections).toEqual([]);
    await health.close();
  },
);

test("undefined and null are no data, in loaded() too", async () => {
  for (const nothing of [undefined, null]) {
    for (const result of [nothing, Promise.resolve(nothing), loaded(nothing), loaded(Promise.resolve(nothing))]) {
      const world = createWorld();
      await world.give(result);
      expect([world.events, codeOf(world), world.index.peek()]).toEqual([["failed"], "HS_NO_DATA", undefined]);
      await world.close();
    }
  }
});

test("a returned Error fails the load with that error, and a returned Response says that its body must be parsed", async () => {
  for (const wrap of [(value: unknown) => value, loaded]) {
    const world = createWorld();
    const error = new RangeError("returned");
    await world.give(wrap(error));
    expect(world.index.snapshot().lastError?.error).toBe(error);
    await world.give(wrap(new Response("{}")));
    expect(codeOf(world)).toBe("HS_RESPONSE_AS_VALUE");
    expect(String(world.index.snapshot().lastError?.error)).toContain("Parse its body, and return the result");
    await world.close();
  }
});

test("a revision may be a string, a number or a bigint, and null means none", async () => {
  for (const [given, kept] of [
    ["etag", "etag"],
    ["", ""],
    [7, "7"],
    [0, "0"],
    [2n ** 70n, String(2n ** 70n)],
    [null, undefined],
    [undefined, undefined],
  ] as const) {
    const world = createWorld();
    await world.give(loaded({}, { revision: given }));
    expect([given, world.index.snapshot().revision]).toEqual([given, kept]);
    await world.close();
  }
});

test("any other revision fails the load", async () => {
  for (const revision of [NaN, true, {}, [], Symbol("r"), new Date()]) {
    const world = createWorld();
    // SAFETY: what the type forbids is the point.
    await world.give(loaded({}, { revision: revision as unknown as string }));
    expect(codeOf(world)).toBe("HS_INVALID_REVISION");
    await world.close();
  }
});

test("the object held, returned bare, is unchanged(); in loaded() it is a new value that is not disposed of", async () => {
  const world = createWorld();
  const value = { id: 1 };
  await world.give(value);
  await world.give(value);
  expect([world.events, world.validated.length, world.index.snapshot().generation]).toEqual([
    ["loaded", "unchanged"],
    1,
    1,
  ]);
  await world.give(loaded(value));
  await world.clock.advance("1m");
  expect([world.events.at(-1), world.validated.length, world.index.snapshot().generation, world.disposed]).toEqual([
    "loaded",
    2,
    2,
    [],
  ]);
  await world.close();
});

test("every other value is data", async () => {
  const everything: object = new Proxy(() => {}, {
    get: (_, name) => (name === "then" ? undefined : everything),
  });
  for (const value of [NaN, false, 0, "", 0n, Symbol("value"), () => {}, [], Object.create(null), everything]) {
    for (const wrap of [(given: unknown) => given, loaded]) {
      const world = createWorld();
      await world.give(wrap(value));
      expect(Object.is(world.index.peek(), value)).toBe(true);
      await world.close();
    }
  }
});

test("a check fails by false, an Error or a Response that is not ok, and passes by everything else", async () => {
  for (const [result, state] of [
    [false, "NOT_LOADED"],
    [new Error("down"), "NOT_LOADED"],
    [new Response("", { status: 503 }), "NOT_LOADED"],
    [new Response("ok"), "READY"],
    [undefined, "READY"],
    [null, "READY"],
    [0, "READY"],
    ["", "READY"],
  ] as const) {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    health.subscribe(() => {});
    const database = health.check("database", { run: async () => result });
    health.start();
    await clock.settle();
    expect([result, database.snapshot().state]).toEqual([result, state]);
    await health.close();
  }
});

test("lastError keeps the first reason: refused before has it as its cause", async () => {
  const reason = new Error("three rows are missing");
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  health.subscribe(() => {});
  const results = [loaded({ id: 1 }, { revision: "1" }), loaded({ id: 2 }, { revision: "2" })];
  const index = health.resource<object>("index", {
    load: () => results.shift() ?? loaded({ id: 2 }, { revision: "2" }),
    validate: (value) => {
      if ("id" in value && value.id === 2) throw reason;
    },
    refreshEvery: "30s",
  });
  health.start();
  await clock.advance("3m");
  expect(index.snapshot()).toMatchObject({ revision: "1", rejected: "2", lastError: { revision: "2" } });
  expect(index.snapshot().lastError?.error).toMatchObject({ code: "HS_REJECTED_BEFORE", cause: reason });
  await health.close();
});

test("unchanged() with another revision takes it, and without one keeps the one held", async () => {
  const world = createWorld();
  await world.give(loaded({}, { revision: "1" }));
  await world.give(unchanged());
  expect(world.index.snapshot().revision).toBe("1");
  await world.give(unchanged({ revision: "2" }));
  expect(world.index.snapshot().revision).toBe("2");
  await world.close();
});
