import { afterEach, describe, expect, test } from "vitest";
import {
  createGuard,
  createHealth,
  type Answer,
  type GuardOptions,
  type Resource,
  type State,
} from "../../src/index.ts";
import { toUnavailable } from "../../src/answer/guard.ts";
import { managedResourceOf } from "../../src/resource/managed-resource-of.ts";
import {
  createScriptedLoader,
  createVirtualClock,
  force,
  type ScriptedLoader,
  type VirtualClock,
} from "../../src/testing/index.ts";
import { refused } from "../kit/refused.ts";
import { ready, stage } from "./cells.ts";

const DETAILS = {
  missing: "The data that this request needs is not loaded yet.",
  old: "The data that this request needs is older than it accepts.",
} as const;

function refusal(detail: keyof typeof DETAILS, retryAfter: string): Answer {
  const body = JSON.stringify({
    type: "about:blank",
    title: "Service Unavailable",
    status: 503,
    detail: DETAILS[detail],
  });
  return {
    status: 503,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "content-length": String(body.length),
      "retry-after": retryAfter,
    },
    body,
  };
}

/** Nobody waits, and once the jobs that are due have run, nothing is left that keeps the process alive. */
async function quiet(clock: VirtualClock, ...resources: readonly Resource<unknown>[]): Promise<void> {
  await clock.settle();
  expect([clock.holding, ...resources.map((resource) => managedResourceOf(resource).waiting)]).toEqual([
    0,
    ...resources.map(() => 0),
  ]);
}

describe("a request is served by any value, and refused without one, whatever readiness says", () => {
  const SERVED: Readonly<Record<State, Answer | undefined>> = {
    NOT_LOADED: refusal("missing", "5"),
    LOADING: refusal("missing", "5"),
    READY: undefined,
    STALE: undefined,
  };
  // SAFETY: the keys of a Record<State, …> are states.
  test.each(Object.entries(SERVED) as [State, Answer | undefined][])("%s", async (state, expected) => {
    const { index, health } = stage();
    force(index, state, {});
    const guard = createGuard(index);
    expect(await guard()).toEqual(expected);
    // A drain refuses no request: what still arrives is served.
    health.drain();
    expect(await guard()).toEqual(expected);
  });

  test("where the value is there, the answer is given at once, without a promise", () => {
    const { index } = stage();
    force(index, "STALE", {});
    expect(createGuard(index)()).toBeUndefined();
    force(index, "READY", 0 as unknown as object);
    expect(createGuard(index)()).toBeUndefined();
  });

  test("a closed health refuses", async () => {
    const { index, health } = stage();
    force(index, "READY", {});
    await health.close();
    expect(await createGuard(index)()).toEqual(refusal("missing", "5"));
  });
});

describe("maxAge", () => {
  test.each([
    [0, undefined],
    [20_000, undefined],
    [20_001, refusal("old", "5")],
  ])("at an age of %i ms a caller that accepts 20 s is answered %j", async (age, expected) => {
    const entered = stage();
    await ready(entered);
    await entered.clock.advance(age);
    expect(await createGuard(entered.index, { maxAge: "20s" })()).toEqual(expected);
  });

  test('"never" accepts any age', async () => {
    const entered = stage();
    await ready(entered);
    await entered.clock.advance(20_001);
    expect(createGuard(entered.index, { maxAge: "never" })()).toBeUndefined();
  });

  test("a stale value is refused as too old, and not as missing", async () => {
    const entered = stage();
    await ready(entered);
    await entered.clock.advance("66s");
    expect(entered.index.snapshot().state).toBe("STALE");
    expect(await createGuard(entered.index, { maxAge: "20s" })()).toEqual(refusal("old", "5"));
  });

  test("a value of the very age is served at once, without a promise", async () => {
    const entered = stage();
    await ready(entered);
    await entered.clock.advance(20_000);
    expect(createGuard(entered.index, { maxAge: "20s" })()).toBeUndefined();
  });

  test("a refusal has a refresh started, one for all", async () => {
    const { index, clock, loader, ...rest } = stage();
    await ready({ index, clock, loader, ...rest });
    await clock.advance(20_001);
    const guard = createGuard(index, { maxAge: "20s" });
    for (let n = 0; n < 100; n++) await guard();
    expect(loader.calls.length).toBe(2);
    loader.last.succeed({});
    await clock.settle();
    expect(await guard()).toBeUndefined();
  });
});

describe("a back-off that runs", () => {
  test("is not shortened by requests, and its end is what retry-after names", async () => {
    const { index, clock, loader, health } = stage();
    health.start();
    for (let n = 0; n < 5; n++) {
      await clock.settle();
      loader.last.fail();
      await clock.settle();
      if (n < 4) await clock.advance(30_000);
    }
    const guard = createGuard(index, { wait: "10s" });
    // The fifth failure: half way between 100 ms and 16 s.
    for (let n = 0; n < 100; n++) expect(await guard()).toEqual(refusal("missing", "9"));
    expect(loader.calls.length).toBe(5);
    await quiet(clock, index);
  });

  test("of two resources the refusal is the worse one's, though another is merely loading", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    const loading = health.resource("loading", { load: () => new Promise<object>(() => {}) });
    const failing = health.resource("failing", { load: (): object => expect.fail() });
    health.start();
    await clock.settle();
    expect(await createGuard([loading, failing], { wait: "1m" })()).toEqual(refusal("missing", "1"));
    // The one that would have waited for the other does not wait on.
    await quiet(clock, loading, failing);
  });
});

describe("wait", () => {
  test.each<readonly [string, GuardOptions, number, boolean]>([
    ["a value that comes in time serves", { wait: "2s" }, 1_999, true],
    ["at the limit it is refused", { wait: "2s" }, 2_000, false],
    ["without a wait it is refused at once", {}, 0, false],
  ])("%s", async (_name, options, comesAt, served) => {
    const { index, clock, loader, health } = stage();
    health.start();
    const decision = createGuard(index, options)();
    await clock.advance(comesAt);
    loader.last.succeed({});
    await clock.settle();
    expect(await decision).toEqual(served ? undefined : refusal("missing", "5"));
    await quiet(clock, index);
  });

  test("a load that fails while requests wait refuses them with its next attempt", async () => {
    const { index, clock, loader, health } = stage();
    health.start();
    const decision = createGuard(index, { wait: "10s" })();
    await clock.settle();
    loader.last.fail(new Error("no"));
    expect(await decision).toEqual(refusal("missing", "1"));
    await quiet(clock, index);
  });

  test.each<readonly [string, (s: ReturnType<typeof stage>) => unknown]>([
    ["drain", ({ health }) => health.drain()],
    ["close", ({ health }) => health.close()],
    ["unload", ({ index, loader }) => (index.unload(), loader.last.fail())],
  ])("requests that wait are answered at %s", async (_name, end) => {
    const entered = stage();
    const { index, clock, health } = entered;
    health.start();
    const decision = createGuard(index, { wait: "1h" })();
    await clock.settle();
    await end(entered);
    await clock.settle();
    await clock.advance(3_600_000);
    expect((await decision)?.status ?? "served").toBe(503);
    await quiet(clock, index);
  });
});

describe("a guard starts what nobody started, once", () => {
  test("the first request is refused, and the load runs", async () => {
    const { index, loader, clock } = stage();
    const guard = createGuard(index);
    expect(await guard()).toMatchObject({ status: 503 });
    await guard();
    await clock.settle();
    expect(loader.calls.length).toBe(1);
  });
});

describe("a thousand refused requests leave nothing behind", () => {
  let clock: VirtualClock;
  let parts: readonly Resource<object>[] = [];
  let loaders: readonly ScriptedLoader<object>[] = [];
  afterEach(() => quiet(clock, ...parts));

  function of(...names: readonly string[]): void {
    clock = createVirtualClock();
    const health = createHealth({ clock });
    loaders = names.map(() => createScriptedLoader<object>());
    parts = names.map((name, n) => health.resource(name, { load: loaders[n]?.load ?? expect.fail() }));
    health.start();
  }

  test.each<readonly [string, GuardOptions]>([
    ["at once", {}],
    ["with a maxAge", { maxAge: "1s" }],
    ["after a wait", { wait: "2s" }],
    ["after a wait for a younger one", { wait: "2s", maxAge: "1s" }],
  ])("%s, of three resources that load", async (_name, options) => {
    of("a", "b", "c");
    await clock.settle();
    const before = clock.timers;
    const guard = createGuard(parts, options);
    const decisions = Array.from({ length: 1_000 }, guard);
    await clock.advance(2_000);
    expect(new Set((await Promise.all(decisions)).map((answer) => answer?.status))).toEqual(new Set([503]));
    expect(clock.timers).toBe(before);
  });

  test("those that were served before their time was up leave no timer either", async () => {
    of("a");
    const decisions = Array.from({ length: 1_000 }, createGuard(parts, { wait: "1h" }));
    await clock.settle();
    loaders[0]?.last.succeed({});
    await Promise.all(decisions);
    await clock.settle();
    // No refresh is planned, so that every timer would be a guard's.
    expect(clock.timers).toBe(0);
  });

  test("when one of two fails, the other is not waited for any longer", async () => {
    of("a", "b");
    const decisions = Array.from({ length: 1_000 }, createGuard(parts, { wait: "1h" }));
    await clock.settle();
    loaders[0]?.last.fail();
    await Promise.all(decisions);
    await quiet(clock, ...parts);
  });
});

describe("more resources than a signal takes listeners without a warning", () => {
  test("a guard of twenty waits for all of them, and no leak is reported", async () => {
    const warnings: unknown[] = [];
    const note = (warning: unknown): unknown => warnings.push(warning);
    process.on("warning", note);
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    const loaders = Array.from({ length: 20 }, () => createScriptedLoader<object>());
    const parts = loaders.map(({ load }, n) => health.resource(`part-${n}`, { load }));
    health.start();
    const decision = createGuard(parts, { wait: "1m" })();
    await clock.settle();
    for (const { last } of loaders) last.succeed({});
    expect(await decision).toBeUndefined();
    expect(createGuard(parts)()).toBeUndefined();
    // A warning is told in a later turn.
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", note);
    expect(warnings).toEqual([]);
    await quiet(clock, ...parts);
  });

  test("one of twenty that has no value is enough for a refusal", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    const parts = Array.from({ length: 20 }, (_, n) => health.resource<object>(`part-${n}`, { load: () => ({}) }));
    for (const part of parts.slice(0, -1)) force(part, "READY", {});
    health.start();
    expect(await createGuard(parts, { wait: 0 })()).toEqual(refusal("missing", "5"));
  });
});

describe("a wait of 0", () => {
  test("is no wait: the load begins, and the request is refused before it ends", async () => {
    const { index, clock, loader } = stage();
    const decision = createGuard(index, { wait: 0 })();
    await clock.settle();
    expect([await decision, loader.calls.length]).toEqual([refusal("missing", "5"), 1]);
    await quiet(clock, index);
  });

  test("sets no timer, and 'never' sets none either", async () => {
    const { index, clock, loader, health } = stage();
    health.start();
    await clock.settle();
    const before = clock.timers;
    await createGuard(index, { wait: 0 })();
    const decision = createGuard(index, { wait: "never" })();
    expect(clock.timers).toBe(before);
    await clock.advance("4m");
    loader.last.succeed({});
    expect(await decision).toBeUndefined();
  });
});

describe("an error that is not ours", () => {
  test.each([new Error("secret"), "secret", undefined, { state: "READY", retryAfter: 99 }])(
    "%o is answered as not loaded, in 5 s, and named nowhere",
    (error) => {
      expect(toUnavailable(error)).toEqual(refusal("missing", "5"));
    },
  );
});

describe("what a guard is made of is checked when it is made", () => {
  test("a bad duration, by name and value", () => {
    const { index } = stage();
    expect(() => createGuard(index, { maxAge: "soon" })).toThrow(/^health-state: maxAge is "soon"\. Pass a duration/);
    expect(() => createGuard(index, { wait: -1 })).toThrow(/^health-state: wait is -1\. Pass a duration/);
  });

  test("what is no resource", () => {
    // SAFETY: what JavaScript may pass.
    for (const wrong of [{}, undefined, "index", [stage().index, {}]])
      expect(() => createGuard(wrong as unknown as Resource<object>)).toThrow(
        /^health-state: resource is .*\. Pass what health.resource\(\) returned\.$/,
      );
  });

  test("no resource at all", () => {
    expect(() => createGuard([])).toThrow(refused("health-state: resources is an Array. Pass one resource or more."));
  });
});
