import { callSafely } from "../option/call-safely.ts";
import { checkFunction, invalidOption, propertyOf, toSafeText } from "../option/invalid-option.ts";
import { messageOf } from "../resource/print.ts";
import type { LoadContext } from "../resource/loader.ts";
import { STATUS_ERROR, type SpanLike, type TracerLike } from "./api.ts";

/** The spans of a traced loader that have not ended, the oldest first. */
export interface TracedLoads {
  /** Each `instrument()` that ends the spans, because it knows the resource and the outcome. */
  readonly instruments: Set<object>;
  readonly open: SpanLike[];
}

// A registered symbol, because several copies of the package in one process must recognise each other's loaders.
const TRACED: unique symbol = /* @__PURE__ */ Symbol.for("health-state.traced");

/** @throws TypeError unless it is a tracer */
export function checkTracer(tracer: unknown): void {
  for (const method of ["startSpan", "startActiveSpan"])
    if (typeof propertyOf(tracer, method) !== "function")
      invalidOption("tracer", tracer, "a Tracer, such as the result of trace.getTracer() of @opentelemetry/api");
}

/** Returns the open spans of a loader. Returns `undefined` if the loader does not come from `traced()`. */
export function tracedLoadsOf(load: unknown): TracedLoads | undefined {
  // SAFETY: only traced() writes under the symbol.
  return propertyOf(load, TRACED) as TracedLoads | undefined;
}

/**
 * Wraps a loader, so that its spans are children of the span of the load. The span of the load is a root span, even if a
 * request started the load, because many requests may wait for one load.
 *
 * With `instrument({ tracer })`, the span has the resource and the outcome, and there is no second span. Without
 * `instrument()`, the span ends when the loader ends. If the tracer throws, the load continues without a span. Wrap the
 * loader of each resource separately.
 *
 * @param load the loader
 * @param tracer a tracer of `@opentelemetry/api`. Its SDK needs a context manager
 * @returns the loader for `health.resource()`
 * @throws TypeError if an argument is wrong
 * @example
 * const tracer = trace.getTracer("rates");
 * const rates = health.resource("rates", { load: traced(download, tracer), refreshEvery: "30s" });
 */
export function traced<R, P = unknown>(
  load: (context: LoadContext<P>) => R,
  tracer: TracerLike,
): (context: LoadContext<P>) => R {
  checkFunction("load", load);
  checkTracer(tracer);
  const loads: TracedLoads = { instruments: new Set(), open: [] };
  const wrapped = (context: LoadContext<P>): R => {
    // The tracer is foreign: it may throw, call back twice or never, or return something else. The loader is called
    // once, and what it returned or threw is what the library gets.
    let run: { readonly result: R } | { readonly error: unknown } | undefined;
    const start = (end: EndSpan): void => {
      try {
        run = { result: watched(load(context), end) };
      } catch (error) {
        run = { error };
        end({ error });
      }
    };
    callSafely(() =>
      tracer.startActiveSpan("load", { root: true }, (span: SpanLike) => {
        if (!run) start(keepOpen(loads, span, context));
      }),
    );
    if (!run) start(() => {});
    return resultOf(run);
  };
  Object.defineProperties(wrapped, ownOf(load));
  return Object.defineProperty(wrapped, TRACED, { value: loads });
}

/** Returns the properties of a loader. The loader of a source has methods. */
function ownOf(load: object): PropertyDescriptorMap {
  try {
    const own: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(load);
    for (const name of ["name", "length", "prototype"]) delete own[name];
    return own;
  } catch {
    // A Proxy may throw any value.
    return {};
  }
}

/** Ends the span of a load that has settled, unless `instrument()` will end it. */
type EndSpan = (failure?: { readonly error: unknown }) => void;

/** Keeps a span until its load has ended. A run that is given up has no event that ends it, unless it timed out. */
function keepOpen(loads: TracedLoads, span: SpanLike, context: unknown): EndSpan {
  loads.open.push(span);
  const end: EndSpan = (failure) => {
    const place = loads.open.indexOf(span);
    if (place < 0) return;
    loads.open.splice(place, 1);
    if (failure)
      callSafely(() => span.setStatus({ code: STATUS_ERROR, message: toSafeText(messageOf(failure.error)) }));
    callSafely(() => span.end());
  };
  // A test may call the loader by itself, without a context.
  const signal = propertyOf(context, "signal");
  const listen = propertyOf(signal, "addEventListener");
  if (typeof listen === "function")
    listen.call(signal, "abort", () => {
      const reason = propertyOf(signal, "reason");
      if (propertyOf(reason, "code") !== "HS_TIMED_OUT") end({ error: reason });
    });
  return (failure) => {
    if (loads.instruments.size === 0) end(failure);
  };
}

/** Ends the span with the result. A promise is followed once, because a lazy one begins its work at each `then()`. */
function watched<R>(result: R, end: EndSpan): R {
  if (typeof propertyOf(result, "then") !== "function") {
    end();
    return result;
  }
  const promise = Promise.resolve(result);
  promise.then(
    () => end(),
    (error: unknown) => end({ error }),
  );
  // SAFETY: the library awaits the result, and nothing else. Of a promise it is the same object.
  return promise as R;
}

/** @throws what the loader threw */
function resultOf<R>(run: { readonly result: R } | { readonly error: unknown } | undefined): R {
  if (run && "result" in run) return run.result;
  throw run?.error;
}
