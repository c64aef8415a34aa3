import type { HealthPartHost } from "../health/health-part.ts";
import { vouchedAtOf } from "../state/freshness.ts";
import type { TurnsHost } from "./turns.ts";

/** The part of a replica that its turns use. */
interface TurnsOwner {
  readonly isGone: boolean;
  readonly host: HealthPartHost;
  beatSoon(): void;
}

/** Connects the turns of a replica to the replica and its resources. */
export function turnsHostOf(replica: TurnsOwner): TurnsHost {
  return {
    get isGone() {
      return replica.isGone;
    },
    staleInMs(name) {
      const { facts, limits } = replica.host.resources.find((resource) => resource.name === name) ?? {};
      if (!facts?.held || !limits) return 0;
      const leftMs = vouchedAtOf(facts.held) + limits.staleAfter - replica.host.now();
      return Math.min(Math.max(leftMs, -1e12), 1e12);
    },
    beatSoon: () => replica.beatSoon(),
  };
}
