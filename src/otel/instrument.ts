import type { Health } from "../handler/health.ts";
import { registryOf } from "../health/registry-of.ts";
import { createLookup, isEndedLoad, isSlow, hasSucceeded, type EndedLoad } from "../observe/ended-load.ts";
import { DURATION_BOUNDS, GAUGE_NAMES, GAUGES, LOAD_DURATION, LOADS, SLOW_LOADS } from "../observe/metric.ts";
import type { MetricFact } from "../observe/metric.ts";
import { checkSizes, readGauges, type SizeFunctions } from "../observe/read-gauges.ts";
import { callSafely } from "../option/call-safely.ts";
import { checkOptions } from "../option/check-options.ts";
import { invalidOption, propertyOf, toSafeText } from "../option/invalid-option.ts";
import { messageOf } from "../resource/print.ts";
import { STATUS_ERROR, type Attributes, type BatchResultLike, type MeterLike, type TracerLike } from "./api.ts";
import { checkTracer, tracedLoadsOf } from "./traced.ts";

/** The options of `instrument()`. At least one of `meter` and `tracer` is required. */
export interface InstrumentOptions {
  /**
   * Creates the metrics: `metrics.getMeter("name")` of `@opentelemetry/api`.
   * @default no metrics
   */
  readonly meter?: MeterLike | undefined;
  /**
   * Creates a root span for each load: `trace.getTracer("name")` of `@opentelemetry/api`.
   * @default no spans
   */
  readonly tracer?: TracerLike | undefined;
  /**
   * A function for each resource, by its name, that returns the size of its value. It is called at each reading.
   * @default no size
   */
  readonly size?: SizeFunctions | undefined;
}

/**
 * Creates metrics and spans in OpenTelemetry: gauges for each resource and for the three probes, counts of loads by
 * outcome, a histogram of their durations, and a root span for each load. `docs/guide/metrics.md` lists the names.
 *
 * Gauges are computed when the SDK reads them, so probes do not become slower. A span is created when its load has
 * ended, with the times of the load. If your loader creates spans, wrap it with `traced()`. Then they are children of
 * the span of the load.
 *
 * @returns a function that ends the subscription
 * @throws TypeError if `health` is not a health, or for a wrong option
 * @example
 * instrument(health, { meter: metrics.getMeter("rates"), tracer: trace.getTracer("rates") });
 */
export function instrument(health: Health, options: InstrumentOptions): () => void {
  const registry = registryOf(health);
  const { meter, tracer, size } = checkOptions("instrument()", options, ["meter", "tracer", "size"], []);
  if (meter === undefined && tracer === undefined) invalidOption("meter", meter, "a meter, a tracer, or both");
  if (meter !== undefined) checkMeter(meter);
  if (tracer !== undefined) checkTracer(tracer);
  const sizes = checkSizes(size);
  const resourceOf = createLookup(registry);
  const measured = meter && measure(health, meter, sizes);
  // From now on this function ends the spans of traced loaders, because it knows the outcome.
  const me = {};
  const adopt = (load: unknown): void => void tracedLoadsOf(load)?.instruments.add(me);
  if (tracer) for (const { options: given } of registry.resources) adopt(given.load);
  const end = registry.subscribe((event) => {
    if (!("snapshot" in event)) return;
    const resource = resourceOf(event.name);
    if (tracer) adopt(resource?.options.load);
    if (!isEndedLoad(event)) return;
    measured?.count(event, isSlow(event, resource?.limits));
    if (tracer) callSafely(() => endSpan(event, resource?.options.load, tracer, registry.clock.wall()));
  }, "part");
  return () => {
    end();
    measured?.end();
    for (const { options: given } of registry.resources) tracedLoadsOf(given.load)?.instruments.delete(me);
  };
}

function checkMeter(meter: unknown): void {
  for (const method of ["createCounter", "createHistogram", "createObservableGauge", "addBatchObservableCallback"])
    if (typeof propertyOf(meter, method) !== "function")
      invalidOption("meter", meter, "a Meter, such as the result of metrics.getMeter() of @opentelemetry/api");
}

/** Creates the metrics. Returns a function that counts a load, and a function that ends the metrics. */
function measure(
  health: Health,
  meter: MeterLike,
  sizes: SizeFunctions,
): { count(event: EndedLoad, slow: boolean): void; end(): void } {
  const registry = registryOf(health);
  const described = ({ help, unit }: MetricFact): { description: string; unit: string } => ({
    description: help,
    unit,
  });
  const nameOf = ({ name }: MetricFact): string => `health_state.${name}`;
  const gauges = new Map(
    GAUGE_NAMES.map((gauge) => {
      const fact = GAUGES[gauge];
      return [gauge, meter.createObservableGauge(nameOf(fact), described(fact))];
    }),
  );
  const loads = meter.createCounter(nameOf(LOADS), described(LOADS));
  const slowLoads = meter.createCounter(nameOf(SLOW_LOADS), described(SLOW_LOADS));
  const duration = meter.createHistogram(nameOf(LOAD_DURATION), {
    ...described(LOAD_DURATION),
    advice: { explicitBucketBoundaries: [...DURATION_BOUNDS] },
  });
  const read = (result: BatchResultLike): void => {
    for (const { gauge, value, labels } of readGauges(health, registry, sizes)) {
      const observable = gauges.get(gauge);
      if (observable) result.observe(observable, value, attributesOf(labels));
    }
  };
  // SAFETY: the SDK passes its own result to the callback, and accepts the observables that it created.
  const [callback, observables] = [read as never, [...gauges.values()] as never];
  meter.addBatchObservableCallback(callback, observables);
  return {
    count({ name, outcome, durationMs }, slow) {
      const resource = { "health_state.resource": name };
      // Each by itself, because one that throws must not cost the others.
      callSafely(() => loads.add(1, { ...resource, "health_state.outcome": outcome }));
      callSafely(() => duration.record(durationMs / 1_000, resource));
      if (slow) callSafely(() => slowLoads.add(1, resource));
    },
    end: () => meter.removeBatchObservableCallback(callback, observables),
  };
}

function attributesOf(labels: Readonly<Record<string, string>>): Attributes {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [`health_state.${name}`, value]));
}

/** Ends the span of a load. If the loader is not traced, it creates the span first. */
function endSpan(event: EndedLoad, load: unknown, tracer: TracerLike, now: number): void {
  const { name, outcome, durationMs, attempt, revision, state, snapshot } = event;
  const attributes = {
    "health_state.resource": name,
    "health_state.outcome": outcome,
    "health_state.attempt": attempt,
    "health_state.state": state,
    ...(revision !== undefined && { "health_state.revision": toSafeText(revision) }),
  };
  const open = tracedLoadsOf(load)?.open.shift();
  const span =
    open ?? tracer.startSpan(`load ${name}`, { root: true, startTime: new Date(now - durationMs), attributes });
  // A span that throws is ended all the same.
  if (open) {
    callSafely(() => span.updateName(`load ${name}`));
    callSafely(() => span.setAttributes(attributes));
  }
  if (!hasSucceeded(event)) {
    callSafely(() => span.setAttributes({ "error.type": outcome }));
    const { lastError } = snapshot;
    const message = lastError && { message: toSafeText(messageOf(lastError.error)) };
    callSafely(() => span.setStatus({ code: STATUS_ERROR, ...message }));
  }
  if (open) span.end();
  else span.end(new Date(now));
}
