import type { Attributes, MeterLike, SpanLike, TracerLike } from "../../src/otel/index.ts";
import type { MetricLike, RegisterLike } from "../../src/prometheus/index.ts";

// Stand-ins for the packages of others, which a test can make fail.

/** What a span was told. */
export interface SeenSpan {
  name: string;
  attributes: Attributes;
  ended: boolean;
}

/** A tracer that keeps its spans. With `fails`, each of the named methods throws. */
export function createTracer(fails: readonly string[] = []): {
  readonly tracer: TracerLike;
  readonly spans: SeenSpan[];
} {
  const spans: SeenSpan[] = [];
  const may = (method: string): void => {
    if (fails.includes(method)) throw new Error(`${method} is broken`);
  };
  const startSpan = (name: string): SpanLike => {
    may("startSpan");
    const seen: SeenSpan = { name, attributes: {}, ended: false };
    spans.push(seen);
    return {
      setAttributes(attributes) {
        may("setAttributes");
        Object.assign(seen.attributes, attributes);
      },
      setStatus: () => may("setStatus"),
      updateName(next) {
        may("updateName");
        seen.name = next;
      },
      end() {
        seen.ended = true;
        may("end");
      },
    };
  };
  const tracer: TracerLike = {
    startSpan: (name, { attributes = {} } = {}) => {
      const span = startSpan(name);
      Object.assign(spans.at(-1)?.attributes ?? {}, attributes);
      return span;
    },
    startActiveSpan(name, _options, fn) {
      may("startActiveSpan");
      // SAFETY: the caller's function takes a span of this tracer.
      const result = fn(startSpan(name) as never);
      may("startActiveSpan, after the call");
      return result as never;
    },
  };
  return { tracer, spans };
}

/** A meter that counts what it was told. With `fails`, each of the named methods throws. */
export function createMeter(fails: readonly string[] = []): { readonly meter: MeterLike; readonly told: string[] } {
  const told: string[] = [];
  const tell = (what: string): void => {
    if (fails.includes(what.split(" ", 1)[0] ?? "")) throw new Error(`${what} is broken`);
    told.push(what);
  };
  const observable = { addCallback: () => {}, removeCallback: () => {} };
  return {
    told,
    meter: {
      createCounter: (name) => ({ add: () => tell(`add ${name}`) }),
      createHistogram: (name) => ({ record: () => tell(`record ${name}`) }),
      createObservableGauge: () => observable,
      addBatchObservableCallback: () => tell("addBatchObservableCallback"),
      removeBatchObservableCallback: () => tell("removeBatchObservableCallback"),
    },
  };
}

type Named = MetricLike & { readonly name: string };

/** A registry as prom-client has one. The n-th `registerMetric()` throws. */
export function createRegister(failsAt = Infinity): RegisterLike & { readonly metrics: Map<string, Named> } {
  const metrics = new Map<string, Named>();
  let calls = 0;
  return {
    metrics,
    registerMetric(metric) {
      if (++calls === failsAt) throw new Error("the registry is broken");
      // SAFETY: every metric of collect() has a name.
      const named = metric as Named;
      metrics.set(named.name, named);
    },
    getSingleMetric: (name) => metrics.get(name),
    removeSingleMetric: (name) => void metrics.delete(name),
  };
}
