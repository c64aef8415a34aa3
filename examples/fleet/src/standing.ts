import type { ReplicaFacts } from "./replica/facts.ts";
import { LIMITS } from "./replica/service.ts";

/** How a replica stands, in one word for people. */
export type Standing = "in" | "held in" | "on leave" | "out" | "killed";

/** How a replica stands, and why. */
export interface Stand {
  readonly standing: Standing;
  readonly why: string;
}

export const STALE_MS = Number.parseInt(LIMITS.staleAfter) * 1_000;
export const REFUSE_MS = Number.parseInt(LIMITS.refuseAfter) * 1_000;

/**
 * How a replica stands.
 *
 * @param facts `undefined` where it does not answer
 */
export function standOf(isUp: boolean, facts: ReplicaFacts | undefined): Stand {
  if (!isUp) return { standing: "killed", why: "Its process has ended." };
  if (!facts) return { standing: "out", why: "It does not answer, or not yet." };
  const { age, readiness, isHeldIn, isLoading, place } = facts;
  if (age === undefined) {
    if (place !== undefined) return { standing: "out", why: "It has no prices, and waits for its turn to load." };
    if (isLoading) return { standing: "out", why: "It has no prices, and loads them." };
    return { standing: "out", why: "It has no prices, because its load failed." };
  }
  if (isHeldIn) return { standing: "held in", why: "Its prices are too old. It has no leave, so it stays." };
  if (!readiness.ok && age > REFUSE_MS)
    return { standing: "on leave", why: "Its prices are too old. It has leave, so it is out." };
  if (!readiness.ok) return { standing: "out", why: `Readiness answers ${readiness.word}.` };
  if (age > REFUSE_MS) return { standing: "in", why: "Its prices are too old. Nobody else is in." };
  if (age > STALE_MS) return { standing: "in", why: "Its prices are old, but not too old yet." };
  return { standing: "in", why: "Its prices are young enough." };
}

/** Whether it would be in without a fleet: then its data alone decides. */
export function isInAlone(facts: ReplicaFacts | undefined): boolean {
  return facts?.age !== undefined && facts.age <= REFUSE_MS;
}
