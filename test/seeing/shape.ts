// As much of the real packages as the tests use. tools/seeing/types holds the packages' own types against ours.

/** Takes anything, and gives an instance. */
export type Maker<T> = new (...given: readonly unknown[]) => T;

/** prom-client. */
export interface PromRegistry {
  metrics(): Promise<string>;
  resetMetrics(): void;
  getMetricsAsJSON(): Promise<readonly { readonly name: string }[]>;
  getMetricsAsArray(): readonly unknown[];
  registerMetric(metric: unknown): void;
  getSingleMetric(name: string): unknown;
  removeSingleMetric(name: string): void;
}
export interface PromClient {
  readonly Registry: Maker<PromRegistry> & { readonly OPENMETRICS_CONTENT_TYPE: string };
  readonly Counter: Maker<unknown>;
}

/** The API and the SDK of OpenTelemetry. */
export interface OtelApi {
  readonly context: { setGlobalContextManager(manager: unknown): void; disable(): void };
}
export interface OtelPoint {
  readonly attributes: Readonly<Record<string, string>>;
  readonly value: number | { readonly count: number; readonly sum: number };
}
export interface OtelMetric {
  readonly descriptor: { readonly name: string; readonly unit: string };
  readonly dataPoints: readonly OtelPoint[];
}
export interface OtelResourceMetrics {
  readonly scopeMetrics: readonly { readonly metrics: readonly OtelMetric[] }[];
}
export interface OtelMetricsSdk {
  readonly InMemoryMetricExporter: Maker<{ reset(): void; getMetrics(): readonly OtelResourceMetrics[] }>;
  readonly PeriodicExportingMetricReader: Maker<unknown>;
  readonly AggregationTemporality: { readonly CUMULATIVE: number };
  readonly MeterProvider: Maker<{
    getMeter(name: string): never;
    forceFlush(): Promise<void>;
    shutdown(): Promise<void>;
  }>;
}
type OtelTime = readonly [seconds: number, nanos: number];
export interface OtelSpan {
  readonly name: string;
  readonly parentSpanContext: { readonly spanId: string } | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: { readonly code: number; readonly message?: string };
  readonly startTime: OtelTime;
  readonly endTime: OtelTime;
  spanContext(): { readonly spanId: string; readonly traceId: string };
}
export interface OtelTracer {
  startSpan(name: string, options?: object): never;
  startActiveSpan<F extends (span: never) => unknown>(name: string, options: object, fn: F): ReturnType<F>;
}
export interface OtelTraceSdk {
  readonly InMemorySpanExporter: Maker<{ getFinishedSpans(): readonly OtelSpan[] }>;
  readonly SimpleSpanProcessor: Maker<unknown>;
  readonly BatchSpanProcessor: Maker<unknown>;
  readonly BasicTracerProvider: Maker<{
    getTracer(name: string): OtelTracer;
    forceFlush(): Promise<void>;
    shutdown(): Promise<void>;
  }>;
}

/** `@grpc/grpc-js`, as a client that knows the protocol by itself. */
export interface GrpcServer {
  addService(service: unknown, implementation: unknown): void;
  bindAsync(address: string, credentials: unknown, done: (error: Error | null, port: number) => void): void;
  tryShutdown(done: (error?: Error) => void): void;
  forceShutdown(): void;
}
export interface GrpcStream {
  on(event: "error", listener: () => void): void;
  cancel(): void;
  [Symbol.asyncIterator](): AsyncIterator<number, undefined>;
}
export interface GrpcError extends Error {
  readonly code: number;
  readonly details: string;
}
export interface GrpcMetadata {
  get(name: string): readonly unknown[];
  getMap(): Readonly<Record<string, unknown>>;
}
interface GrpcCallOptions {
  readonly deadline?: number | Date;
}
export interface GrpcClient {
  makeUnaryRequest(
    path: string,
    serialize: (bytes: Buffer) => Buffer,
    deserialize: (bytes: Buffer) => Buffer,
    request: Buffer,
    done: (error: GrpcError | null, answer: Buffer) => void,
  ): void;
  makeUnaryRequest(
    path: string,
    serialize: (bytes: Buffer) => Buffer,
    deserialize: (bytes: Buffer) => Buffer,
    request: Buffer,
    metadata: GrpcMetadata,
    options: GrpcCallOptions,
    done: (error: GrpcError | null, answer: Buffer) => void,
  ): void;
  makeServerStreamRequest(
    path: string,
    serialize: (bytes: Buffer) => Buffer,
    deserialize: (bytes: Buffer) => number,
    request: Buffer,
    options?: GrpcCallOptions,
  ): GrpcStream;
  waitForReady(deadline: number, done: (error?: Error) => void): void;
  close(): void;
}
export interface Grpc {
  readonly Server: Maker<GrpcServer>;
  readonly ServerCredentials: { createInsecure(): unknown };
  readonly credentials: { createInsecure(): unknown };
  readonly Client: Maker<GrpcClient>;
  readonly Metadata: Maker<GrpcMetadata>;
  readonly status: {
    readonly NOT_FOUND: number;
    readonly INTERNAL: number;
    readonly UNIMPLEMENTED: number;
    readonly DEADLINE_EXCEEDED: number;
  };
}

/** playwright-core. */
interface Locator {
  first(): Locator;
  innerText(): Promise<string>;
  count(): Promise<number>;
  click(): Promise<void>;
  waitFor(): Promise<void>;
  getAttribute(name: string): Promise<string | null>;
}
interface Cdp {
  send(method: "Page.getFrameTree"): Promise<{ readonly frameTree: { readonly frame: { readonly id: string } } }>;
  send(method: "Page.createIsolatedWorld", given: object): Promise<{ readonly executionContextId: number }>;
  send(
    method: "Runtime.evaluate",
    given: object,
  ): Promise<{
    readonly result: { readonly value: AxeResult };
    readonly exceptionDetails?: unknown;
  }>;
}
export interface AxeResult {
  readonly passes: readonly unknown[];
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}
export interface BrowserPage {
  goto(url: string): Promise<unknown>;
  title(): Promise<string>;
  locator(selector: string): Locator;
  getByText(text: string): Locator;
  getByRole(role: string, options: { readonly name: string }): Locator;
  evaluate(expression: string): Promise<unknown>;
  waitForRequest(matches: (request: { url(): string }) => boolean): Promise<unknown>;
  screenshot(options: object): Promise<unknown>;
  on(event: "console", listener: (message: { type(): string; text(): string }) => void): void;
  on(event: "pageerror", listener: (error: Error) => void): void;
  on(event: "request", listener: (request: { url(): string }) => void): void;
  context(): BrowserContext;
}
export interface BrowserContext {
  newPage(): Promise<BrowserPage>;
  newCDPSession(page: BrowserPage): Promise<Cdp>;
  close(): Promise<void>;
}
export interface Browser {
  newContext(options: object): Promise<BrowserContext>;
  close(): Promise<void>;
}
export interface Playwright {
  readonly chromium: { launch(options: object): Promise<Browser> };
}
