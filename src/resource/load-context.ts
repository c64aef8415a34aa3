import type { Facts } from "../state/facts.ts";
import type { LoadContext } from "./loader.ts";
import type { LazySignal } from "./lazy-signal.ts";
import type { ReloadOptions } from "./waiters.ts";

// One descriptor for all contexts, because an accessor in an object literal would make every load a third slower.
const SIGNAL: PropertyDescriptor & ThisType<{ readonly runSignal: LazySignal }> = {
  enumerable: true,
  // A property and not a private field, so that it works with a Proxy and with `Object.create()`.
  get() {
    return this.runSignal.signal;
  },
};

/** The load of a context. */
interface ContextRun {
  readonly signal: LazySignal;
  readonly attempt: number;
  readonly reload: ReloadOptions | undefined;
}

/** Creates the context of a load. `signal` is an own property, so that a copy has it too. */
export function contextOf<T>(
  run: ContextRun,
  { held, rejected }: Facts<T>,
  { host, deadline }: { readonly host: { toWall(at: number): number }; readonly deadline: number },
): LoadContext<T> {
  const context = {
    previous: held?.value,
    revision: held?.revision,
    asOf: held?.asOf === undefined ? undefined : host.toWall(held.asOf),
    rejected: run.reload ? undefined : rejected?.revision,
    attempt: run.attempt,
    deadline,
  };
  // Not enumerable, because a loader only needs `signal`. Configurable, because a Proxy around the context may return a
  // wrapped signal.
  Object.defineProperty(context, "runSignal", { value: run.signal, configurable: true });
  Object.defineProperty(context, "signal", SIGNAL);
  // SAFETY: the line above adds the one field that is missing.
  return context as LoadContext<T>;
}
