import type { HealthPartHost } from "../health/health-part.ts";
import { ageOf, isPastRefuseAfter, stateOf } from "../state/freshness.ts";
import type { State } from "../state/state.ts";
import type { FleetAnswer } from "./fleet-store.ts";

/** One resource in the report of a replica. */
export interface ReportedResource {
  /** The name of the resource. */
  readonly name: string;
  /** Whether readiness depends on the resource. */
  readonly required: boolean;
  /** The state of the resource when the beat was sent. */
  readonly state: State;
  /** The age of the value, in ms. Missing without a value. */
  readonly age?: number;
  /** The revision of the value. Missing without a revision. */
  readonly revision?: string;
  /** A newer revision that the rollout does not permit yet. */
  readonly behind?: string;
  /** The revision that failed in this replica, the reason, and the number of retries before. */
  readonly bad?: { readonly revision: string; readonly how: "rejected" | "failed"; readonly retry: number };
  /** Whether the loader of the resource comes from `rollout()`. */
  readonly rollout?: boolean;
  /** Whether the value was loaded while the store was gone. */
  readonly free?: boolean;
  /** Whether a load is running. */
  readonly loading?: boolean;
  /** The place of the replica in the queue for a load. */
  readonly place?: number;
}

/** The report of a replica in each beat. */
export interface ReplicaReport {
  readonly state: State;
  readonly heldIn: boolean;
  readonly draining: boolean;
  readonly wedged: boolean;
  readonly resources: readonly ReportedResource[];
}

/** The fields that a rollout adds to the report of its resource. */
export interface RolloutFacts {
  /** The revision that failed in this replica. */
  readonly bad: ReportedResource["bad"] | undefined;
  /** Whether the value was loaded while the store was gone. */
  readonly isFree: boolean;
}

/** The part of a rollout that a replica calls. */
export interface RolloutHook extends RolloutFacts {
  /** The known versions of its notes. */
  readonly noteVersions: Readonly<Record<string, number>>;
  /** Called for each answer. `undefined` means that the store is gone. */
  afterBeat(answer: FleetAnswer | undefined): void;
}

/** Creates the report about the resources of a health. */
export function reportedResources(
  host: HealthPartHost,
  rollouts: ReadonlyMap<string, RolloutFacts>,
): readonly ReportedResource[] {
  const now = host.now();
  return host.resources.map(({ name, required, facts, limits, notes }): ReportedResource => {
    const { held, behind, run } = facts;
    const rollout = rollouts.get(name);
    return {
      name,
      required,
      state: stateOf(facts, now, limits.staleAfter),
      ...(held && { age: ageOf(held, now) }),
      ...(held?.revision !== undefined && { revision: held.revision }),
      ...(behind !== undefined && { behind }),
      ...(rollout?.bad && { bad: rollout.bad }),
      ...(rollout && { rollout: true }),
      ...(rollout?.isFree && { free: true }),
      ...(run && { loading: true }),
      ...(notes.place !== undefined && { place: notes.place }),
    };
  });
}

/** Returns the largest age of the refused resources, as a share of `refuseAfter`. */
export function stalenessOf(host: HealthPartHost): number {
  const now = host.now();
  let most = 0;
  for (const { required, facts, limits } of host.resources)
    if (required && facts.held && isPastRefuseAfter(facts, now, limits.refuseAfter))
      // If `refuseAfter` is 0, every age is over it.
      most = Math.max(most, ageOf(facts.held, now) / Math.max(1, limits.refuseAfter));
  return most;
}
