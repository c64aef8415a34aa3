import { changesAt } from "../state/freshness.ts";
import type { ManagedResource } from "../resource/managed-resource.ts";
import type { Entry } from "../time/agenda.ts";
import type { Scheduled } from "../time/scheduler.ts";
import { RANKS, type Rank } from "./rank.ts";

/** The functions of a registry that a member calls. */
export interface MemberHost {
  /** Counts it again at a time. */
  recount(member: Member, now: number): void;
}

/**
 * The record of a registry about one resource: its rank, and when it is due. Only its host writes `rank` and `attempt`.
 */
export class Member implements Scheduled {
  at: number = Infinity;
  place = -1;
  readonly resource: ManagedResource<unknown>;
  /** Whether startup depends on it. */
  readonly bearsOnStartup: boolean;
  /** Its rank at the last count. `undefined` if readiness does not depend on it. */
  rank: Rank | undefined;
  /** Its next attempt, while it blocks readiness. It is created only then, to save memory. */
  attempt: Entry | undefined;
  readonly #host: MemberHost;

  constructor(resource: ManagedResource<unknown>, bearsOnStartup: boolean, host: MemberHost) {
    this.resource = resource;
    this.bearsOnStartup = bearsOnStartup;
    this.#host = host;
  }

  get isBlocking(): boolean {
    return this.rank !== undefined && RANKS[this.rank].outcome !== "ok";
  }

  poll(now: number): number {
    this.#host.recount(this, now);
    return changesAt(this.resource.facts, now, this.resource.limits);
  }

  tick(now: number): void {
    this.resource.tick(now);
  }
}
