import type { Facts, HeldValue, LoadInProgress } from "./facts.ts";

/** How a load ended. */
export type LoadOutcome = "loaded" | "unchanged" | "failed" | "rejected" | "timed-out";

/** Everything that can happen to a resource, except that time passes. Times are on the clock of the health. */
export type ResourceAction<T> =
  | { readonly type: "start"; readonly at: number }
  | {
      readonly type: "loaded";
      readonly at: number;
      readonly value: T;
      readonly revision: string | undefined;
      readonly asOf: number | undefined;
      /** Whether a store may save the value. @default true */
      readonly keep?: boolean;
    }
  | {
      readonly type: "unchanged";
      readonly at: number;
      readonly revision: string | undefined;
      readonly asOf: number | undefined;
      readonly behind: string | undefined;
    }
  | {
      readonly type: "failed";
      readonly at: number;
      readonly error: unknown;
      /** Whether `validate` or `timeout` ended it. */
      readonly outcome: "failed" | "rejected" | "timed-out";
      /** The revision that was refused. */
      readonly revision?: string | undefined;
      /** No attempt starts before this instant. */
      readonly notBefore?: number | undefined;
    }
  | { readonly type: "restored"; readonly held: HeldValue<T> }
  | { readonly type: "lost" }
  | { readonly type: "invalidate" }
  | { readonly type: "hint" }
  | { readonly type: "unload" };

/**
 * Returns the facts after an action. It is a pure function. If an action has no effect (– in the table), it returns the
 * same object.
 *
 * | action     | nothing held, idle | nothing held, loading  | held, idle | held, loading              |
 * |------------|--------------------|------------------------|------------|----------------------------|
 * | start      | loading            | –                      | loading    | –                          |
 * | loaded     | –                  | held                   | –          | held: the new value        |
 * | unchanged  | –                  | fails                  | –          | same value, confirmed ¹    |
 * | failed     | –                  | idle                   | –          | same value, unconfirmed    |
 * | lost       | –                  | idle                   | –          | same value, unconfirmed    |
 * | restored   | held               | held, goes on loading  | –          | –                          |
 * | invalidate | –                  | noted in the run       | STALE      | STALE, noted in the run    |
 * | hint       | –                  | noted in the run       | –          | noted in the run           |
 * | unload     | –                  | idle                   | idle       | idle                       |
 *
 * ¹ With the rejected revision, the age of the old value keeps growing.
 */
export function transition<T>(facts: Facts<T>, action: ResourceAction<T>): Facts<T> {
  const { held, run } = facts;
  switch (action.type) {
    case "start":
      return run ? facts : { ...facts, run: { startedAt: action.at, invalidated: false, hinted: false } };
    case "loaded":
      return run
        ? accept(run, { ...action, changedAt: action.at, generation: facts.generation + 1, behind: undefined })
        : facts;
    case "unchanged":
      if (!run) return facts;
      if (!held) return fail(facts, { at: action.at, error: nothingHeld() });
      // The source still offers the rejected revision, so it does not confirm the current value.
      if (action.revision !== undefined && action.revision === facts.rejected?.revision)
        return { ...facts, run: undefined, failures: 0, notBefore: undefined };
      return accept(run, {
        value: held.value,
        changedAt: held.changedAt,
        revision: action.revision ?? held.revision,
        asOf: action.asOf,
        generation: facts.generation,
        behind: action.behind,
      });
    case "failed":
      return run ? fail(facts, action) : facts;
    case "lost":
      return run ? { ...facts, run: undefined } : facts;
    case "restored":
      return held ? facts : { ...facts, held: action.held, generation: facts.generation + 1 };
    case "invalidate":
      if (!held && !run) return facts;
      return { ...facts, held: held && { ...held, invalidated: true }, run: run && { ...run, invalidated: true } };
    case "hint":
      return run ? { ...facts, run: { ...run, hinted: true } } : facts;
    case "unload":
      if (!held && !run) return facts;
      return { ...facts, held: undefined, run: undefined, failures: 0, rejected: undefined, behind: undefined };
  }
}

/** The outcome of the load that an action ended. `undefined` if it ended no load, or gave it up. */
export function outcomeOfAction(action: ResourceAction<unknown>, before: Facts<unknown>): LoadOutcome | undefined {
  if (!before.run) return undefined;
  if (action.type === "loaded") return "loaded";
  if (action.type === "unchanged") return before.held ? "unchanged" : "failed";
  return action.type === "failed" ? action.outcome : undefined;
}

interface Accepted<T> {
  readonly value: T;
  readonly revision: string | undefined;
  readonly changedAt: number;
  readonly asOf: number | undefined;
  readonly generation: number;
  readonly behind: string | undefined;
}

function accept<T>(run: LoadInProgress, next: Accepted<T>): Facts<T> {
  return {
    // Written out in full because a spread would use more memory.
    held: {
      value: next.value,
      revision: next.revision,
      checkedAt: run.startedAt,
      changedAt: next.changedAt,
      asOf: next.asOf,
      invalidated: run.invalidated,
      origin: "source",
    },
    run: undefined,
    generation: next.generation,
    failures: 0,
    lastError: undefined,
    rejected: undefined,
    notBefore: undefined,
    behind: next.behind,
  };
}

type Failure = Omit<ResourceAction<never> & { readonly type: "failed" }, "type" | "outcome">;

function fail<T>(facts: Facts<T>, { at, error, revision, notBefore }: Failure): Facts<T> {
  const { rejected } = facts;
  return {
    ...facts,
    run: undefined,
    failures: facts.failures + 1,
    lastError: revision === undefined ? { error, at } : { error, at, revision },
    rejected: revision === undefined || rejected?.revision === revision ? rejected : { revision, error },
    notBefore: notBefore ?? facts.notBefore,
  };
}

function nothingHeld(): Error {
  return Object.assign(new Error("the loader returned unchanged() while no value is held; return a value"), {
    code: "HS_NOTHING_HELD",
  });
}
