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
 * state returns the same object.
 */
export function transition<T>(facts: Facts<T>, event: Happening<T>): Facts<T> {
  const { held, run } = facts;
  if (event.type === "start") return run ? facts : { ...facts, run: { startedAt: event.at, invalidated: false } };
  if (event.type === "invalidate" || event.type === "unload") {
    if (!held && !run) return facts;
    return event.type === "unload"
      ? { ...facts, held: undefined, run: undefined, failures: 0, rejected: undefined }
      : { ...facts, held: held && { ...held, invalidated: true }, run: run && { ...run, invalidated: true } };
  }
  if (!run) return facts;
  const over = { ...facts, run: undefined };
  // Its request ended before it did (request mode): nobody failed.
  if (event.type === "lost") return over;
  if (event.type === "failed") {
    const { failure } = event;
    return {
      ...over,
      failures: facts.failures + 1,
      lastError: failure,
      rejected: failure.revision ?? facts.rejected,
    };
  }
  const { at, revision, asOf } = event;
  const fresh = event.type === "loaded" ? { value: event.value, revision, changedAt: at } : held;
  if (!fresh) {
    const error = new Error("unchanged() without a value held");
    return transition(facts, { type: "failed", failure: { error, at } });
  }
  // The source still announces what was refused: it answered, yet vouches for nothing held here.
  if (fresh === held && revision !== undefined && revision === facts.rejected) return { ...over, failures: 0 };
  return {
    // In full, for a spread would take more memory.
    held: {
      value: fresh.value,
      revision: revision ?? fresh.revision,
      checkedAt: run.startedAt,
      changedAt: fresh.changedAt,
      asOf,
      invalidated: run.invalidated,
    },
    run: undefined,
    generation: facts.generation + Number(fresh !== held),
    failures: 0,
    lastError: undefined,
    rejected: undefined,
  };
}
