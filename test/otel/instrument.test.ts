import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { heartbeat } from "../../src/index.ts";
import { instrument, traced } from "../../src/otel/index.ts";
import { createScene, LIMITS, load, missing } from "../seeing/kit.ts";
import type {
  Maker,
  OtelApi,
  OtelMetric,
  OtelMetricsSdk,
  OtelResourceMetrics,
  OtelSpan,
  OtelTracer,
  OtelTraceSdk,
} from "../seeing/shape.ts";

const isHere = missing === undefined;
// SAFETY: without the packages no test of this file runs.
const api = isHere ? load<OtelApi>("@opentelemetry/api") : ({} as OtelApi);
const sdk = isHere ? load<OtelMetricsSdk>("@opentelemetry/sdk-metrics") : ({} as OtelMetricsSdk);
const tracing = isHere ? load<OtelTraceSdk>("@opentelemetry/sdk-trace-base") : ({} as OtelTraceSdk);

type Figures = OtelMetric["descriptor"] & Pick<OtelMetric, "dataPoints">;

/** A meter whose figures the test reads. */
function createMeter(): { readonly meter: never; read(): Promise<Readonly<Record<string, Figures>>> } {
  const exporter = new sdk.InMemoryMetricExporter(sdk.AggregationTemporality.CUMULATIVE);
  const reader = new sdk.PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 31 - 1 });
  const provider = new sdk.MeterProvider({ readers: [reader] });
  return {
    meter: provider.getMeter("test"),
    async read() {
      exporter.reset();
      await provider.forceFlush();
      const all = exporter.getMetrics()[0]?.scopeMetrics.flatMap(({ metrics }) => metrics) ?? [];
      return Object.fromEntries(
        all.map(({ descriptor, dataPoints }) => [descriptor.name, { ...descriptor, dataPoints }]),
      );
    },
  };
}

function createTracer(): { readonly tracer: OtelTracer; spans(): readonly OtelSpan[] } {
  const exporter = new tracing.InMemorySpanExporter();
  const provider = new tracing.BasicTracerProvider({ spanProcessors: [new tracing.SimpleSpanProcessor(exporter)] });
  return { tracer: provider.getTracer("test"), spans: () => exporter.getFinishedSpans() };
}

/** An instant of the SDK, [seconds, nanoseconds], in ms. */
const msOf = ([seconds, nanos]: readonly [number, number]): number => seconds * 1_000 + nanos / 1e6;

describe.skipIf(!isHere)("instrument(), with the SDK of OpenTelemetry", () => {
  beforeAll(() => {
    const { AsyncLocalStorageContextManager } = load<{
      readonly AsyncLocalStorageContextManager: Maker<{ enable(): unknown }>;
    }>("@opentelemetry/context-async-hooks");
    api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  });
  afterAll(() => api.context.disable());

  test("gives every gauge, counter and histogram, with units and attributes", async () => {
    const scene = createScene();
    const { meter, read } = createMeter();
    const end = instrument(scene.health, { meter, size: { index: (value: { readonly size: number }) => value.size } });
    heartbeat(scene.health, "loop", { within: "5s" });
    scene.health.start();
    await scene.clock.settle();
    await scene.fail("gone");
    await scene.clock.advance("1s");
    await scene.clock.advance("11s");
    await scene.accept("5");
    const metrics = await read();
    const figures = Object.fromEntries(
      Object.entries(metrics).map(([name, { unit, dataPoints }]) => [
        `${name} [${unit}]`,
        dataPoints.map(({ attributes, value }) =>
          [
            ...Object.entries(attributes).map(([key, text]) => `${key.replace("health_state.", "")}=${text}`),
            typeof value === "number" ? value : `${value.count} in ${value.sum}`,
          ].join(" "),
        ),
      ]),
    );
    expect(figures).toEqual({
      "health_state.resource.state [1]": [
        "resource=index state=NOT_LOADED 0",
        "resource=index state=LOADING 0",
        "resource=index state=STALE 0",
        "resource=index state=READY 1",
      ],
      "health_state.resource.age [s]": ["resource=index 11.45"],
      "health_state.resource.stale_after [s]": ["resource=index 65"],
      "health_state.resource.refuse_after [s]": ["resource=index 600"],
      "health_state.resource.size [1]": ["resource=index 5"],
      "health_state.resource.generation [{value}]": ["resource=index 1"],
      "health_state.resource.failures [{load}]": ["resource=index 0"],
      "health_state.resource.rejected [1]": ["resource=index 0"],
      "health_state.resource.abandoned [{load}]": ["resource=index 0"],
      "health_state.resource.leases [{lease}]": ["resource=index 0"],
      "health_state.ready [1]": ["1"],
      "health_state.alive [1]": ["1"],
      "health_state.started [1]": ["1"],
      "health_state.draining [1]": ["0"],
      "health_state.heartbeat.overdue [1]": ["heartbeat=loop 0"],
      "health_state.loads [{load}]": ["resource=index outcome=failed 1", "resource=index outcome=loaded 1"],
      "health_state.slow_loads [{load}]": ["resource=index 1"],
      "health_state.load.duration [s]": ["resource=index 2 in 11.45"],
    });
    end();
    await scene.clock.advance("20s");
    await scene.accept("6");
    const after = await read();
    expect(after["health_state.loads"]?.dataPoints).toHaveLength(2);
    // The SDK goes on exporting the last figure. It is not read anew.
    expect(after["health_state.resource.generation"]?.dataPoints.map(({ value }) => value)).toEqual([1]);
    await scene.health.close();
  });

  test("makes a root span for each load, with its times and its outcome", async () => {
    const scene = createScene();
    const { tracer, spans } = createTracer();
    // The health is made inside a span, and no load is a part of it.
    const began = scene.clock.wall();
    tracer.startActiveSpan("request", {}, () => instrument(scene.health, { tracer }));
    scene.health.start();
    await scene.clock.settle();
    await scene.clock.advance("2s");
    await scene.fail("no route\nto host");
    await scene.clock.advance("1s");
    await scene.accept("1");
    expect(
      spans().map(({ name, parentSpanContext, attributes, status }) => ({
        name,
        parentSpanContext,
        attributes,
        status,
      })),
    ).toEqual([
      {
        name: "load index",
        parentSpanContext: undefined,
        attributes: {
          "health_state.resource": "index",
          "health_state.outcome": "failed",
          "health_state.attempt": 1,
          "health_state.state": "NOT_LOADED",
          "error.type": "failed",
        },
        status: { code: 2, message: "no route\\u000ato host" },
      },
      {
        name: "load index",
        parentSpanContext: undefined,
        attributes: {
          "health_state.resource": "index",
          "health_state.outcome": "loaded",
          "health_state.attempt": 2,
          "health_state.state": "READY",
          "health_state.revision": "r1",
        },
        status: { code: 0 },
      },
    ]);
    const [first] = spans();
    expect(first && [msOf(first.startTime), msOf(first.endTime)]).toEqual([began, began + 2_000]);
  });

  describe("traced()", () => {
    test("makes the loader's own spans children of the load, and instrument() tells the outcome once", async () => {
      const { clock, health } = createScene();
      const { tracer, spans } = createTracer();
      const outcomes = ["a", "b", "bad"];
      const load = traced(() => {
        const select: { end(): void } = tracer.startSpan("select");
        select.end();
        return { text: outcomes.shift() };
      }, tracer);
      health.resource("words", { load, ...LIMITS, validate: ({ text }) => text !== "bad" });
      instrument(health, { tracer });
      health.start();
      await clock.advance("65s");
      const words = spans()
        .filter(({ name }) => name !== "load index")
        .slice(0, 6);
      expect(words.map(({ name }) => name)).toEqual([
        "select",
        "load words",
        "select",
        "load words",
        "select",
        "load words",
      ]);
      for (const n of [0, 2, 4]) expect(words[n]?.parentSpanContext?.spanId).toBe(words[n + 1]?.spanContext().spanId);
      const loads = words.filter(({ name }) => name === "load words");
      expect(loads.map(({ parentSpanContext }) => parentSpanContext)).toEqual([undefined, undefined, undefined]);
      expect(loads.map(({ attributes }) => attributes["health_state.outcome"])).toEqual([
        "loaded",
        "loaded",
        "rejected",
      ]);
      expect(new Set(loads.map((span) => span.spanContext().traceId)).size).toBe(3);
      await health.close();
    });

    test("ends its span with the loader where nothing is instrumented", async () => {
      const { clock, health } = createScene();
      const { tracer, spans } = createTracer();
      const results = [() => Promise.reject(new Error("gone")), () => Promise.resolve(1), () => 2];
      const load = traced((): unknown => results.shift()?.(), tracer);
      health.resource("words", { load: load as () => number, refreshEvery: "30s", jitter: 0 });
      health.start();
      await clock.advance("45s");
      expect(spans().map(({ name, status }) => [name, status])).toEqual([
        ["load", { code: 2, message: "gone" }],
        ["load", { code: 0 }],
        ["load", { code: 0 }],
      ]);
      await health.close();
    });

    test("a run that is given up ends its span, and the next outcome stands on the next span", async () => {
      const scene = createScene();
      const { clock, health } = scene;
      const { tracer, spans } = createTracer();
      const ends: ((value: number) => void)[] = [];
      const load = traced(() => new Promise<number>((resolve) => ends.push(resolve)), tracer);
      const words = health.resource("words", { load, ...LIMITS });
      const end = instrument(health, { tracer });
      health.start();
      await clock.settle();
      words.unload();
      await clock.advance("15s");
      ends[1]?.(2);
      await clock.settle();
      const own = (): readonly OtelSpan[] =>
        spans().filter(({ attributes }) => attributes["health_state.resource"] !== "index");
      expect(own().map(({ name, attributes }) => [name, attributes["health_state.outcome"]])).toEqual([
        ["load", undefined],
        ["load words", "loaded"],
      ]);
      // A load that runs into its timeout has an outcome.
      await clock.advance("30s");
      await clock.advance("20s");
      expect(own().at(-1)?.attributes).toMatchObject({
        "health_state.outcome": "timed-out",
        "error.type": "timed-out",
      });
      end();
      await health.close();
    });

    test("keeps what a loader has beside being a function", () => {
      const { tracer } = createTracer();
      const source = Object.assign(() => 1, { version: () => "7" });
      expect(Reflect.get(traced(source, tracer), "version")()).toBe("7");
    });
  });
});

/** What OTLP sends, of metrics and of spans. */
interface Sent {
  readonly resourceMetrics?: readonly { readonly scopeMetrics: readonly { readonly metrics: readonly Named[] }[] }[];
  readonly resourceSpans?: readonly { readonly scopeSpans: readonly { readonly spans: readonly Named[] }[] }[];
}
interface Named {
  readonly name: string;
}

describe.skipIf(!isHere)("an OTLP receiver on loopback", () => {
  let server: Server;
  const received: { path: string; body: Sent }[] = [];
  let url = "";
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      received.push({ path: request.url ?? "", body: (await json(request)) as Sent });
      response.setHeader("content-type", "application/json");
      response.end("{}");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    // SAFETY: a server on TCP has such an address.
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => received.splice(0));
  afterAll(() => void server.close());

  test("is sent the metrics and the spans of a load", async () => {
    const { OTLPMetricExporter } = load<{ readonly OTLPMetricExporter: Maker<unknown> }>(
      "@opentelemetry/exporter-metrics-otlp-http",
    );
    const { OTLPTraceExporter } = load<{ readonly OTLPTraceExporter: Maker<unknown> }>(
      "@opentelemetry/exporter-trace-otlp-http",
    );
    const reader = new sdk.PeriodicExportingMetricReader({
      exporter: new OTLPMetricExporter({ url: `${url}/v1/metrics` }),
      exportIntervalMillis: 2 ** 31 - 1,
    });
    const meters = new sdk.MeterProvider({ readers: [reader] });
    const tracers = new tracing.BasicTracerProvider({
      spanProcessors: [new tracing.BatchSpanProcessor(new OTLPTraceExporter({ url: `${url}/v1/traces` }))],
    });
    const scene = createScene();
    instrument(scene.health, { meter: meters.getMeter("test"), tracer: tracers.getTracer("test") });
    scene.health.start();
    await scene.clock.settle();
    await scene.accept("1");
    await Promise.all([meters.forceFlush(), tracers.forceFlush()]);
    const at = (path: string): Sent | undefined => received.find((one) => one.path === path)?.body;
    const metrics = at("/v1/metrics")?.resourceMetrics?.[0]?.scopeMetrics[0]?.metrics.map(({ name }) => name);
    expect(metrics).toContain("health_state.resource.age");
    expect(metrics).toContain("health_state.load.duration");
    expect(at("/v1/traces")?.resourceSpans?.[0]?.scopeSpans[0]?.spans.map(({ name }) => name)).toEqual(["load index"]);
    await Promise.all([meters.shutdown(), tracers.shutdown()]);
  });

  test("the exporter to Prometheus gives the names that collect() gives, without the unit", async () => {
    const { PrometheusExporter, PrometheusSerializer } = load<{
      readonly PrometheusExporter: Maker<{ collect(): Promise<{ readonly resourceMetrics: OtelResourceMetrics }> }>;
      readonly PrometheusSerializer: Maker<{ serialize(metrics: OtelResourceMetrics): string }>;
    }>("@opentelemetry/exporter-prometheus");
    const exporter = new PrometheusExporter({ preventServerStart: true });
    const meters = new sdk.MeterProvider({ readers: [exporter] });
    const scene = createScene();
    instrument(scene.health, { meter: meters.getMeter("test") });
    scene.health.start();
    await scene.clock.settle();
    await scene.accept("1");
    const { resourceMetrics } = await exporter.collect();
    const text: string = new PrometheusSerializer().serialize(resourceMetrics);
    const names = new Set([...text.matchAll(/^# TYPE (health_state\w+) /gm)].map(([, name]) => name));
    expect(names).toEqual(
      new Set([
        "health_state_resource_state",
        "health_state_resource_age",
        "health_state_resource_stale_after",
        "health_state_resource_refuse_after",
        "health_state_resource_generation",
        "health_state_resource_failures",
        "health_state_resource_rejected",
        "health_state_resource_abandoned",
        "health_state_resource_leases",
        "health_state_ready",
        "health_state_alive",
        "health_state_started",
        "health_state_draining",
        "health_state_loads_total",
        "health_state_load_duration",
      ]),
    );
    await meters.shutdown();
  });
});
