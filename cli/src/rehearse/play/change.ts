import type { Facts, Knob, KnobName, Spec, Workload } from "../model/spec.ts";

/** One number or path to change. */
export interface Change {
  readonly line: number;
  /** The current value. Missing if the change adds a value. */
  readonly before?: string | undefined;
  /** The new text, ready to paste. */
  readonly after: string;
  /** Why, one sentence. */
  readonly why: string;
}

/** A change that may help, and the changed workload. */
export interface Candidate {
  readonly changes: readonly Change[];
  readonly spec: Spec;
}

/** The input of a candidate. */
export interface Around {
  readonly workload: Workload;
  readonly spec: Spec;
  readonly facts: Facts;
}

/** The texts of a change. */
interface Values {
  readonly name: string;
  readonly now: string | number;
  readonly next: string | number;
  /** Why, one sentence. */
  readonly why: string;
}

/** A change of a value: the current text and the new text. */
export function changeAt({ workload }: Around, knob: KnobName, { name, now, next, why }: Values): Change {
  const { line, written } = knobOf(workload, knob);
  return {
    line,
    before: written === undefined && !knob.endsWith("path") ? `${name}: ${now} (the default)` : `${name}: ${now}`,
    after: `${name}: ${next}`,
    why,
  };
}

/** The line of a value, or the line of the workload if the file does not contain the value. */
export function knobOf(workload: Workload, knob: KnobName): Knob {
  return workload.knobs[knob] ?? { line: workload.line };
}
