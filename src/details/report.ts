import type { Probe } from "../answer/paths.ts";
import type { Registry } from "../health/registry.ts";
import type { Verdict } from "../health/verdict.ts";
import { toSafeText } from "../option/invalid-option.ts";
import { messageOf } from "../resource/print.ts";
import type { Snapshot } from "../resource/snapshot.ts";
import { STATES, type State } from "../state/state.ts";

/** The data of a detailed form. The worst resource comes first. */
export interface Report {
  readonly probe: Probe;
  readonly verdict: Verdict;
  readonly resources: readonly Reported[];
  /** The heartbeats by name, with the overdue ones first. Only for liveness. */
  readonly heartbeats: readonly (readonly [name: string, overdue: boolean])[];
  /** Whether the fleet holds the replica in although its data is too old. */
  readonly heldIn: boolean;
}

/** One resource in a report. */
export interface Reported {
  readonly name: string;
  readonly state: State;
  readonly required: boolean;
  readonly refused: boolean;
  /** The record and the limits (in ms) of the resource. It is missing for an expected resource that does not exist. */
  readonly facts?: {
    readonly snapshot: Snapshot;
    /** The duration of the longest successful load, in ms. */
    readonly longestLoad: number;
    readonly limits: { readonly refreshEvery: number; readonly staleAfter: number; readonly refuseAfter: number };
  };
}

/** The report of liveness has heartbeats and no data. The other reports have data and no heartbeats. */
export function reportOf(registry: Registry, probe: Probe): Report {
  const verdict = registry[probe]();
  if (probe === "liveness") {
    const heartbeats = [...(registry.heartbeats?.all ?? [])].map(([name, { isOverdue }]) => [name, isOverdue] as const);
    return {
      probe,
      verdict,
      resources: [],
      heldIn: false,
      heartbeats: heartbeats.sort(([, one], [, other]) => Number(other) - Number(one)),
    };
  }
  const missing = registry.missing.map((name): Reported => ({
    name,
    state: "NOT_LOADED",
    required: true,
    refused: true,
  }));
  const registered = registry.resources.map((resource): Reported => {
    const snapshot = resource.snapshot();
    const { limits, slot } = resource;
    const { longestLoadMs: longestLoad } = slot;
    const { name, state, required, age } = snapshot;
    return {
      name,
      state,
      required,
      refused: age === undefined || age > limits.refuseAfter,
      facts: { snapshot, limits, longestLoad },
    };
  });
  return {
    probe,
    verdict,
    resources: [...missing, ...registered].sort((one, other) => badness(one) - badness(other)),
    heartbeats: [],
    heldIn: registry.part?.snapshot().heldIn ?? false,
  };
}

/** A sort key; the worst resource has the smallest. Required resources come first, then refused ones, then by state. */
function badness({ state, required, refused }: Reported): number {
  return (required ? 0 : 100) + (refused ? 0 : 10) + STATES.indexOf(state);
}

/** Why the last load did not succeed, with the rejected revision. The text is safe to print. */
export function reasonOf({ lastError, rejected }: Snapshot): string | undefined {
  if (!lastError) return undefined;
  const revision = rejected === undefined ? "" : `; rejected revision: ${toSafeText(rejected)}`;
  return `${toSafeText(messageOf(lastError.error))}${revision}`;
}
