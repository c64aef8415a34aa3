import type { Service } from "./service.ts";

/** What a replica says of itself, beside the probes. */
export interface ReplicaFacts {
  /** What readiness answers now. */
  readonly readiness: { readonly ok: boolean; readonly word: string };
  readonly state: "NOT_LOADED" | "LOADING" | "READY" | "STALE";
  /** In ms. */
  readonly age?: number;
  readonly revision?: string;
  /** A newer revision that is held back. */
  readonly behind?: string;
  readonly isLoading: boolean;
  /** Its place among the replicas that wait for their turn to load. */
  readonly place?: number;
  readonly isHeldIn: boolean;
  readonly isStoreGone: boolean;
}

export function factsOf({ health, prices }: Service): ReplicaFacts {
  const { probes, fleet } = health.snapshot();
  const { state, age, revision, behind, refreshing, place } = prices.snapshot();
  return {
    readiness: probes.readiness,
    state,
    ...(age !== undefined && { age }),
    ...(revision !== undefined && { revision }),
    ...(behind !== undefined && { behind }),
    isLoading: (refreshing || state === "LOADING") && place === undefined,
    ...(place !== undefined && { place }),
    isHeldIn: fleet?.heldIn ?? false,
    isStoreGone: fleet?.store === "gone",
  };
}
