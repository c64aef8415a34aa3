import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createHealth, loaded } from "../../src/index.ts";
import { registryOf } from "../../src/health/registry-of.ts";
import { readGauges } from "../../src/observe/read-gauges.ts";
import { instrument, traced, type TracerLike } from "../../src/otel/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import { createMeter, createTracer } from "../seeing/foreign.ts";
import { rejecting, watchEscapes } from "../seeing/hostile.ts";
import { createScene, LIMITS } from "../seeing/kit.ts";

let escapes: ReturnType<typeof watchEscapes>;
beforeEach(() => void (escapes = watchEscapes()));
afterEach(async () => {
  await escapes.end();
  expect(escapes.escaped).toEqual([]);
});

const TRACER_METHODS = [
  "startSpan",
  "startActiveSpan",
  "startActiveSpan, after the call",
  "setAttributes",
  "setStatus",
  "updateName",
  "end",
];

const LOADERS: Readonly<Record<string, () => unknown>> = {
  "that returns": () => ({ size: 1 }),
  "that resolves": () => Promise.resolve({ size: 1 }),
  "that throws": () => {
    throw new Error("gone");
  },
  "that rejects": () => Promise.reject(new Error("gone")),
};

describe("a tracer that is broken", () => {
  test.each(
    TRACER_METHODS.flatMap((method) => Object.entries(LOADERS).map(([kind, load]) => [method, kind, load] as const)),
  )("in %s, around a loader %s, changes nothing of the load", async (method, _kind, load) => {
    for (const isInstrumented of [true, false]) {
      const [clock, bareClock] = [createVirtualClock(), createVirtualClock()];
      const [health, bare] = [createHealth({ clock }), createHealth({ clock: bareClock })];
      const { tracer, spans } = createTracer([method]);
      let calls = 0;
      const counted = (): unknown => {
        calls++;
        return load();
      };
      // SAFETY: what the test hands in is data.
      const index = health.resource("index", { load: traced(counted, tracer) as () => object, ...LIMITS });
      const same = bare.resource("index", { load: load as () => object, ...LIMITS });
      for (const one of [health, bare]) one.subscribe(() => {});
      if (isInstrumented) instrument(health, { tracer });
      for (const one of [health, bare]) one.start();
      for (const one of [clock, bareClock]) await one.settle();
      expect(calls).toBe(1);
      expect(index.snapshot()).toEqual(same.snapshot());
      expect(index.peek()).toEqual(same.peek());
      expect(spans.filter(({ ended }) => !ended)).toEqual([]);
      await Promise.all([health.close(), bare.close()]);
    }
  });

  const startActiveSpans: Readonly<Record<string, TracerLike["startActiveSpan"]>> = {
    "never calls back": () => undefined as never,
    "calls back twice": (_name, _options, fn) => {
      fn(undefined as never);
      fn(undefined as never);
      return undefined as never;
    },
    "gives something else": (_name, _options, fn) => {
      fn({ end() {}, setStatus() {} } as never);
      return "else" as never;
    },
    rejects: () => rejecting() as never,
  };
  test.each(Object.entries(startActiveSpans))(
    "that %s leaves the loader called once",
    async (_name, startActiveSpan) => {
      let calls = 0;
      const load = traced(() => ++calls, { startSpan: createTracer().tracer.startSpan, startActiveSpan });
      const health = createHealth();
      const index = health.resource("index", { load });
      expect(await index.get()).toBe(1);
      expect(calls).toBe(1);
      await health.close();
    },
  );
});

describe("traced()", () => {
  test("begins the work of a lazy promise once", async () => {
    let begun = 0;
    // As a query builder is one: the query runs at each then().
    const lazy = (): PromiseLike<number> => ({
      then: (resolve, reject) => Promise.resolve(++begun).then(resolve, reject),
    });
    const health = createHealth();
    const index = health.resource("index", { load: traced(lazy, createTracer().tracer) });
    expect(await index.get()).toBe(1);
    expect(begun).toBe(1);
    await health.close();
  });

  test("is a loader that a test calls by itself, without a context", () => {
    const { tracer, spans } = createTracer();
    // SAFETY: a test has no context to give.
    expect(traced(() => 1, tracer)(undefined as never)).toBe(1);
    expect(spans).toEqual([{ name: "load", attributes: {}, ended: true }]);
  });

  test("goes on by its other instrument() when one of two ends", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    const { tracer, spans } = createTracer();
    const load = traced(() => loaded({}, { revision: "r1" }), tracer);
    health.resource("index", { load, ...LIMITS });
    const other = createTracer();
    const end = instrument(health, { tracer: other.tracer });
    instrument(health, { tracer });
    end();
    health.start();
    await clock.settle();
    expect(spans.map(({ name, ended }) => [name, ended])).toEqual([["load index", true]]);
    expect(other.spans).toEqual([]);
    await health.close();
  });
});

describe("a meter that is broken", () => {
  test.each([["add"], ["record"], ["add", "record"]])("in %s costs those figures alone", async (...fails) => {
    const scene = createScene();
    const { meter, told } = createMeter(fails);
    const { tracer, spans } = createTracer();
    instrument(scene.health, { meter, tracer });
    scene.health.start();
    await scene.clock.settle();
    await scene.clock.advance("11s");
    await scene.accept("1");
    const figures = ["add health_state.loads", "record health_state.load.duration", "add health_state.slow_loads"];
    expect(told.slice(1)).toEqual(figures.filter((figure) => !fails.some((method) => figure.startsWith(method))));
    expect(spans).toHaveLength(1);
    expect(scene.index.snapshot().state).toBe("READY");
    await scene.health.close();
  });

  test("at its start is told to the caller, and leaves no listener and no adopted loader", async () => {
    const scene = createScene();
    const { meter } = createMeter(["addBatchObservableCallback"]);
    const { tracer, spans } = createTracer();
    scene.health.resource("words", { load: traced(() => 1, tracer), required: false });
    expect(() => instrument(scene.health, { meter, tracer })).toThrow("addBatchObservableCallback is broken");
    scene.health.start();
    await scene.clock.settle();
    // Nobody else would end it.
    expect(spans).toEqual([{ name: "load", attributes: {}, ended: true }]);
    await scene.health.close();
  });
});

test("a size function that rejects costs its own metric alone", async () => {
  const scene = createScene();
  scene.health.start();
  await scene.clock.settle();
  await scene.accept("1");
  // SAFETY: what the types forbid is the point.
  const samples = readGauges(scene.health, registryOf(scene.health), { index: rejecting as never });
  expect(samples.map(({ gauge }) => gauge)).toContain("age");
  expect(samples.map(({ gauge }) => gauge)).not.toContain("size");
});
