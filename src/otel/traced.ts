import { checkFunction, invalidOption, propertyOf, toSafeText } from "../option/invalid-option.ts";
import { messageOf } from "../resource/print.ts";
import type { LoadContext } from "../resource/loader.ts";
import { STATUS_ERROR, type SpanLike, type TracerLike } from "./api.ts";

/** The spans of a traced loader that have not ended, the oldest first. */
export interface TracedLoads {
  /** Whether `instrument()` ends the spans, because it knows the resource and the outcome. */
  isInstrumented: boolean;
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
 * Wraps a loader, so that its spans are children of the span of the load. The span of the load is a root span, because
 * no request causes a load.
 *
 * With `instrument({ tracer })`, the span has the resource and the outcome, and there is no second span. Without
 * `instrument()`, the span ends when the loader ends.
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
  const loads: TracedLoads = { isInstrumented: false, open: [] };
  const wrapped = (context: LoadContext<P>): R =>
    tracer.startActiveSpan("load", { root: true }, (span: SpanLike): R => {
      loads.open.push(span);
      const end = (failure?: { readonly error: unknown }): void => {
        const place = loads.open.indexOf(span);
        if (place < 0) return;
        loads.open.splice(place, 1);
        if (failure) span.setStatus({ code: STATUS_ERROR, message: toSafeText(messageOf(failure.error)) });
        span.end();
      };
      const settled = (failure?: { readonly error: unknown }): void => {
        if (!loads.isInstrumented) end(failure);
      };
      watchAbort(context, (error) => end({ error }));
      try {
        const result = load(context);
        if (typeof propertyOf(result, "then") !== "function") settled();
        else
          Promise.resolve(result).then(
            () => settled(),
            (error: unknown) => settled({ error }),
          );
        return result;
      } catch (error) {
        settled({ error });
        throw error;
      }
    });
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

/** Ends the span of a load that was given up. Such a load has no event, unless it timed out. */
function watchAbort({ signal }: LoadContext<unknown>, giveUp: (reason: unknown) => void): void {
  signal.addEventListener("abort", () => {
    const reason: unknown = signal.reason;
    if (propertyOf(reason, "code") !== "HS_TIMED_OUT") giveUp(reason);
  });
}
