import type { Facts } from "../state/facts.ts";
import type { ResourceAction } from "../state/transition.ts";
import { propertyOf } from "../option/invalid-option.ts";
import type { ActiveRun } from "./active-run.ts";
import { loadError } from "./error.ts";
import type { CheckedOptions, LoadContext } from "./options.ts";
import { checkData, noteOf, outcomeOf, type Outcome } from "./outcome.ts";
import { waitAskedBy } from "./retry-later.ts";

/** The functions of a resource that a load calls. */
export interface RunHost<T> {
  readonly options: CheckedOptions<T>;
  /** A part may replace the loader. */
  readonly part?: { readonly load?: CheckedOptions<T>["load"] | undefined } | undefined;
  readonly facts: Facts<T>;
  /** `run` is the load that has the slot. */
  readonly slot: { readonly run: ActiveRun | undefined };
  /** The current time on the clock of the health. */
  now(): number;
  /**
   * Converts epoch ms of the wall clock to a time of the clock of the health. A time in the future counts as now.
   */
  fromWall(ms: number): number;
  /** Delays the disposal of a value until the returned function is called. */
  holdValue(value: T, by: "lease" | "check"): () => void;
  /** Disposes of old values that only a validation held. */
  disposeDue(): void;
  /** Ends the load. Returns whether its candidate became the value. */
  endRun(run: ActiveRun, action: ResourceAction<T>): boolean;
  /** Disposes of a value that was never used. */
  discard(candidate: T): void;
}

/** A new value that is not accepted yet. */
interface Candidate<T> {
  readonly value: T;
}

/**
 * Runs the loader once and reports the outcome to the resource. If the slot was freed meanwhile (timeout, unload,
 * close), the result is discarded. It never rejects.
 */
export async function runLoad<T>(host: RunHost<T>, run: ActiveRun, context: LoadContext): Promise<void> {
  let candidate: Candidate<T> | undefined;
  let release: (() => void) | undefined;
  let action: ResourceAction<T>;
  try {
    const load = host.part?.load ?? host.options.load;
    const outcome = outcomeOf(await load(context));
    candidate = await candidateOf(host, outcome);
    run.candidate = candidate?.value;
    // Without validate, neither a hold nor a disposal after it is necessary.
    if (candidate && host.options.validate.length) release = host.holdValue(candidate.value, "check");
    const note = noteOf(outcome);
    const asOf = note.asOf === undefined ? undefined : host.fromWall(note.asOf);
    const { revision } = note;
    const rejection =
      candidate && host.slot.run === run ? await validate(host, run, { ...candidate, revision }) : undefined;
    const at = host.now();
    if (rejection) action = { type: "failed", at, outcome: "rejected", revision, ...rejection };
    else if (candidate)
      action = { type: "loaded", at, value: candidate.value, revision, asOf, keep: outcome.keep !== false };
    else {
      const behind = typeof outcome.behind === "string" ? outcome.behind : undefined;
      action = { type: "unchanged", at, revision, asOf, behind };
    }
  } catch (error) {
    action = toFailure(error, host.now());
  }
  const isAccepted = host.endRun(run, action);
  // The value that was current at the start is disposed of by other rules.
  if (candidate && !isAccepted && !Object.is(candidate.value, context.previous)) {
    // Two loads may share one promise. Then the load that has the slot gets the same value a moment later.
    await Promise.resolve();
    host.discard(candidate.value);
  }
  // Only now, because an old value may be in use again, and a discarded value must be disposed of only once.
  release?.();
  if (release) host.disposeDue();
}

/** The new value of the loader. `undefined` for `unchanged()`, and for the object that is the current value. */
async function candidateOf<T>(host: RunHost<T>, outcome: Outcome): Promise<Candidate<T> | undefined> {
  if (outcome.isUnchanged) return undefined;
  const value = outcome.isMarked ? await outcome.value : outcome.value;
  checkData(value);
  const { held } = host.facts;
  if (!outcome.isMarked && held && Object.is(value, held.value)) return undefined;
  // SAFETY: the types of the options bind the result of the loader to T.
  return { value: value as T };
}

/** Runs the user's checks in order. Returns why the value is rejected, if it is. */
async function validate<T>(
  host: RunHost<T>,
  run: ActiveRun,
  { value, revision }: Candidate<T> & { readonly revision: string | undefined },
): Promise<{ readonly error: unknown } | undefined> {
  const { held, rejected } = host.facts;
  const { reload } = run;
  if (reload?.accept === true || (reload?.accept !== undefined && reload.accept === revision)) return undefined;
  if (!reload && revision !== undefined && revision === rejected?.revision)
    return {
      error: loadError(
        "HS_REJECTED_BEFORE",
        "validate has rejected this revision before. Return unchanged({ revision }) while the source offers it",
        rejected.error,
      ),
    };
  const checks = host.options.validate;
  try {
    for (const check of checks)
      if ((await check(value, held?.value)) === false)
        return { error: loadError("HS_REJECTED", "validate returned false for the new value") };
    return undefined;
  } catch (error) {
    return { error };
  }
}

/** An error of `retryLater()` sets the earliest time of the next attempt. Its cause is the error of the load. */
function toFailure(error: unknown, at: number): ResourceAction<never> {
  const waitMs = waitAskedBy(error);
  if (waitMs === undefined) return { type: "failed", at, outcome: "failed", error };
  return { type: "failed", at, outcome: "failed", error: propertyOf(error, "cause") ?? error, notBefore: at + waitMs };
}

/** The action for a load that took longer than its timeout. */
export function timedOut({ timeout }: { readonly timeout: number }, at: number): FailedAction {
  const error = loadError("HS_TIMED_OUT", `the load took longer than its timeout of ${timeout} ms`);
  return { type: "failed", at, error, outcome: "timed-out" };
}

type FailedAction = ResourceAction<never> & { readonly type: "failed" };
