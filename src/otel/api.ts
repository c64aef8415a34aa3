/** The attributes of a measurement or a span. */
export type Attributes = Record<string, string | number | boolean>;

/** The part of a span of `@opentelemetry/api` that is used. */
export interface SpanLike {
  setAttributes(attributes: Attributes): unknown;
  setStatus(status: { readonly code: number; readonly message?: string }): unknown;
  updateName(name: string): unknown;
  end(endTime?: Date): void;
}

/** The options for a new span. */
export interface SpanStart {
  /** Whether the span has no parent. */
  readonly root?: boolean;
  /** The start of the span. */
  readonly startTime?: Date;
  /** The attributes that are known at the start. */
  readonly attributes?: Attributes;
}

/** The part of a `Tracer` of `@opentelemetry/api` that is used. */
export interface TracerLike {
  startSpan(name: string, options?: SpanStart): SpanLike;
  startActiveSpan<F extends (span: never) => unknown>(name: string, options: SpanStart, fn: F): ReturnType<F>;
}

/** The description of a metric. */
export interface MetricOptions {
  /** The meaning of the metric. */
  description?: string;
  /** The unit, in the notation of UCUM. */
  unit?: string;
  /** Hints for the SDK. */
  advice?: { explicitBucketBoundaries?: number[] };
}

/** The part of a `Meter` of `@opentelemetry/api` that is used. */
export interface MeterLike {
  createCounter(name: string, options?: MetricOptions): CounterLike;
  createHistogram(name: string, options?: MetricOptions): HistogramLike;
  createObservableGauge(name: string, options?: MetricOptions): ObservableLike;
  addBatchObservableCallback(callback: never, observables: never): void;
  removeBatchObservableCallback(callback: never, observables: never): void;
}

/** A counter. */
export interface CounterLike {
  add(value: number, attributes?: Attributes): void;
}

/** A histogram. */
export interface HistogramLike {
  record(value: number, attributes?: Attributes): void;
}

/** A gauge that the SDK reads. */
export interface ObservableLike {
  addCallback(callback: never): void;
  removeCallback(callback: never): void;
}

/** Receives the measurements of one reading. */
export interface BatchResultLike {
  observe(metric: ObservableLike, value: number, attributes?: Attributes): void;
}

/** The status codes of the API: `SpanStatusCode`. */
export const STATUS_ERROR = 2;
