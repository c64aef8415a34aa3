/** What can happen to a source. Each source knows those faults that make sense for it. */
export type Fault = "stop" | "500" | "garbage" | "empty" | "slow" | "half" | "limit";

/** What each fault does. */
export const FAULTS: Readonly<Record<Fault, string>> = {
  stop: "It is gone.",
  500: "It answers with an error.",
  garbage: "It gives something else than the data.",
  empty: "It gives no entries. The validator refuses that.",
  slow: "It takes longer than a load may take.",
  half: "It gives the first half of the data.",
  limit: "It answers 429 and asks for a pause of ten seconds.",
};

/** A source of the demo: it can be broken, and it can be healed. */
export interface BreakableSource {
  /** The faults that it knows. */
  readonly faults: readonly Fault[];
  break(fault: Fault): Promise<void>;
  /** Mends it. It gives new data then, so that a new revision is seen. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

/** The data that every source gives: some names with numbers that differ from version to version. */
export function numbersOf(names: readonly string[], version: number): Record<string, number> {
  return Object.fromEntries(names.map((name, at) => [name, 100 + version + at * 7]));
}
