import type { Facts } from "../state/facts.ts";
import type { LoadContext } from "./loader.ts";
import type { ReloadOptions } from "./waiters.ts";

/** The signal of a load. It is created at the first read, because it costs more than the rest of a load. */
export class RunSignal {
  #controller: AbortController | undefined;

  get signal(): AbortSignal {
    return (this.#controller ??= new AbortController()).signal;
  }

  /** Aborts the signal. */
  abort(reason: unknown): void {
    (this.#controller ??= new AbortController()).abort(reason);
  }
}

// One descriptor for all contexts, because an accessor in an object literal would make every load a third slower.
const SIGNAL: PropertyDescriptor & ThisType<ManagedContext<unknown>> = {
  enumerable: true,
  // A property and not a private field, so that it works with a Proxy and with `Object.create()`.
  get() {
    return this.runSignal.signal;
  },
};

/** The context of a loader. `signal` is an own property, so that a copy has it too. */
export class ManagedContext<T> implements LoadContext<T> {
  declare readonly signal: AbortSignal;
  readonly previous: T | undefined;
  readonly revision: string | undefined;
  readonly asOf: number | undefined;
  readonly rejected: string | undefined;
  readonly attempt: number;
  readonly deadline: number;
  /** Not enumerable, because a loader only needs `signal`. */
  declare readonly runSignal: RunSignal;

  constructor(run: RunSignal, fields: Omit<LoadContext<T>, "signal">) {
    // Configurable, because a Proxy around the context may return a wrapped signal.
    Object.defineProperty(this, "runSignal", { value: run, configurable: true });
    Object.defineProperty(this, "signal", SIGNAL);
    this.previous = fields.previous;
    this.revision = fields.revision;
    this.asOf = fields.asOf;
    this.rejected = fields.rejected;
    this.attempt = fields.attempt;
    this.deadline = fields.deadline;
  }
}

/** The load of a context. */
interface ContextRun {
  readonly signal: RunSignal;
  readonly attempt: number;
  readonly reload: ReloadOptions | undefined;
}

/** Creates the context of a load. */
export function contextOf<T>(
  run: ContextRun,
  { held, rejected }: Facts<T>,
  { toWall, deadline }: { readonly toWall: (at: number) => number; readonly deadline: number },
): LoadContext<T> {
  return new ManagedContext<T>(run.signal, {
    previous: held?.value,
    revision: held?.revision,
    asOf: held?.asOf === undefined ? undefined : toWall(held.asOf),
    rejected: run.reload ? undefined : rejected?.revision,
    attempt: run.attempt,
    deadline,
  });
}
