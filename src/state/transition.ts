import type { Facts, LoadError } from "./facts.ts";

/** Everything that can happen to a resource, other than time passing. */
export type Happening<T> =
  | { readonly type: "start"; readonly at: number }
  | {
      readonly type: "loaded";
      readonly at: number;
      readonly value: T;
      readonly revision: string | undefined;
      readonly asOf: number | undefined;
    }
  | {
      readonly type: "unchanged";
      readonly at: number;
      readonly revision: string | undefined;
      readonly asOf: number | undefined;
    }
  | { readonly type: "failed"; readonly failure: LoadError }
  | { readonly type: "lost" }
  | { readonly type: "invalidate" }
  | { readonly type: "unload" };

/**
 * The facts after a happening. Pure: no clock, promise or I/O. What does not apply in the present
 * state returns the same object (SPEC section 3: a no-op, never an error).
 */
export function transition<T>(facts: Facts<T>, event: Happening<T>): Facts<T> {
  const { held, run } = facts;
  switch (event.type) {
    case "start":
      return run ? facts : { ...facts, run: { startedAt: event.at, invalidated: false } };
    case "loaded":
      return run
        ? {
            held: {
              value: event.value,
              revision: event.revision,
              checkedAt: run.startedAt,
              changedAt: event.at,
              asOf: event.asOf,
              invalidated: run.invalidated,
            },
            run: undefined,
            generation: facts.generation + 1,
            failures: 0,
            lastError: undefined,
            rejected: undefined,
          }
        : facts;
    case "unchanged": {
      if (!run) return facts;
      if (!held) {
        const error = new Error("unchanged() without a value held; return a value from the first load");
        return transition(facts, { type: "failed", failure: { error, at: event.at } });
      }
      // The source still announces what was refused: it answered, yet vouches for nothing held here.
      if (event.revision !== undefined && event.revision === facts.rejected)
        return { ...facts, run: undefined, failures: 0 };
      return {
        ...facts,
        held: {
          ...held,
          revision: event.revision ?? held.revision,
          checkedAt: run.startedAt,
          asOf: event.asOf,
          invalidated: run.invalidated,
        },
        run: undefined,
        failures: 0,
        lastError: undefined,
        rejected: undefined,
      };
    }
    case "failed": {
      if (!run) return facts;
      const { failure } = event;
      return {
        ...facts,
        run: undefined,
        failures: facts.failures + 1,
        lastError: failure,
        rejected: failure.revision ?? facts.rejected,
      };
    }
    case "lost":
      // Its request ended before it did (request mode): nobody failed.
      return run ? { ...facts, run: undefined } : facts;
    case "invalidate":
      if (!held && !run) return facts;
      return {
        ...facts,
        held: held && { ...held, invalidated: true },
        run: run && { ...run, invalidated: true },
      };
    case "unload":
      if (!held && !run) return facts;
      return { ...facts, held: undefined, run: undefined, failures: 0, rejected: undefined };
  }
}
