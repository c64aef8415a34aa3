import { createHealth, notEmpty, type Clock, type Health, type Resource, type VersionedLoader } from "health-state";
import { fleet, rollout, type FleetStore } from "health-state/fleet";

import type { Prices } from "../source/prices.ts";

/** What one replica is made of. */
export interface ServiceOptions {
  /** Where the replicas meet. */
  readonly store: FleetStore;
  /** Its name in reports. */
  readonly name: string;
  readonly source: VersionedLoader<Prices>;
  /** Told of a revision that this replica found bad, and why. */
  readonly onBad?: (revision: string | undefined, reason: unknown) => void;
  /** @default the system's */
  readonly clock?: Clock;
}

/** One replica: its health, its prices, and what it sells. */
export interface Service {
  readonly health: Health;
  readonly prices: Resource<Prices>;
  /** Sells a loaf of bread. It throws while there are no prices. */
  sell(): Sale;
}

export interface Sale {
  readonly revision: string | undefined;
  readonly price: number;
}

/** The name that all replicas share. */
export const GROUP = "shop";

/** Short times, so that one sees something within a minute. A real fleet begins with the defaults. */
const FLEET = { group: GROUP, leave: "20%", loads: 2, beat: "1s", ttl: "4s", within: "600ms" } as const;
const ROLLOUT = { first: 1, soak: "6s", then: "40%" } as const;
export const LIMITS = {
  refreshEvery: "2s",
  staleAfter: "6s",
  refuseAfter: "10s",
  timeout: "5s",
  retryMost: "2s",
} as const;
export const SOAK_MS = 6_000;

/** The whole service without its server. Nothing starts yet. */
export function createService({ store, name, source, onBad, clock }: ServiceOptions): Service {
  /** The revisions by which something was given away. */
  const givenAway = new Set<string | undefined>();

  const group = fleet(store, { ...FLEET, replica: name });
  const health = createHealth({ fleet: group, ...(clock && { clock }) });
  const prices = health.resource<Prices>("prices", {
    ...LIMITS,
    // One replica takes a new revision first. It is refused for all if that one gives something away.
    load: rollout(source, { ...ROLLOUT, fleet: group, ok: ({ revision }) => !givenAway.has(revision) }),
    validate: notEmpty(),
    onRejected: ({ revision, reason }) => onBad?.(revision, reason),
  });

  return {
    health,
    prices,
    sell() {
      const price = prices.peek()?.get("bread");
      if (price === undefined) throw new Error("there are no prices yet");
      const { revision } = prices.snapshot();
      if (price <= 0) givenAway.add(revision);
      return { revision, price };
    },
  };
}
