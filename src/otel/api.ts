/** Attributes of a figure or a span. */
export type Attributes = Record<string, string | number | boolean>;

/** The part of a span of `@opentelemetry/api` that is used. */
export interface SpanLike {
  setAttributes(attributes: Attributes): unknown;
  setStatus(status: { readonly code: number; readonly message?: string }): unknown;
  updateName(name: string): unknown;
  end(endTime?: Date): void;
}

/** How a span begins. */
export interface SpanStart {
  /** Whether it has no parent. */
  readonly root?: boolean;
  /** When it began. */
  readonly startTime?: Date;
  /** What is known at its start. */
  readonly attributes?: Attributes;
}

/** The part of a `Tracer` of `@opentelemetry/api` that is used. */
export interface TracerLike {
  startSpan(name: string, options?: SpanStart): SpanLike;
  startActiveSpan<F extends (span: never) => unknown>(name: string, options: SpanStart, fn: F): ReturnType<F>;
}

/** How a metric is described. */
export interface MetricOptions {
  /** What it says. */
  description?: string;
  /** What it counts in, as UCUM writes it. */
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

/** Counts up. */
export interface CounterLike {
  add(value: number, attributes?: Attributes): void;
}

/** Counts figures by their size. */
export interface HistogramLike {
  record(value: number, attributes?: Attributes): void;
}

/** Is read when somebody asks. */
export interface ObservableLike {
  addCallback(callback: never): void;
  removeCallback(callback: never): void;
}

/** Takes the figures of one reading. */
export interface BatchResultLike {
  observe(metric: ObservableLike, value: number, attributes?: Attributes): void;
}

/** The status codes of the API: `SpanStatusCode`. */
export const STATUS_ERROR = 2;
