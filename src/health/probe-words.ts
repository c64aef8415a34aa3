import type { ProbeEvent } from "../resource/event.ts";
import type { ProbeOutcome } from "./verdict.ts";

type Probe = ProbeEvent["probe"];

/** The last outcome of each probe, so that each change is sent once. */
export class ProbeWords {
  /** The word for an outcome. */
  readonly wordOf: (outcome: ProbeOutcome) => string;
  readonly #told: { [P in Probe]?: ProbeOutcome } = {};

  /** @param wordOf returns the word for an outcome */
  constructor(wordOf: (outcome: ProbeOutcome) => string) {
    this.wordOf = wordOf;
  }

  /** The event of a change. `undefined` if the word has not changed, and for the first word. */
  change(probe: Probe, outcome: ProbeOutcome): ProbeEvent | undefined {
    const before = this.#told[probe];
    this.#told[probe] = outcome;
    if (before === undefined || before === outcome) return undefined;
    return { type: "probe", probe, from: this.wordOf(before), word: this.wordOf(outcome) };
  }
}
