import { changesAt } from "../state/freshness.ts";
import type { ManagedResource } from "../resource/managed-resource.ts";
import type { Entry } from "../time/agenda.ts";
import type { Scheduled } from "../time/scheduler.ts";
import { RANKS, rankOf, type Rank } from "./rank.ts";

/** The functions of a registry that a member calls. */
export interface MemberHost {
  /** Counts it again at a time. */
  recount(member: Member, now: number): void;
}

/** The record of a registry about one resource: its rank, and when it is due. */
export class Member implements Scheduled {
  at: number = Infinity;
  place = -1;
  readonly resource: ManagedResource<unknown>;
  /** Whether startup depends on it. */
  readonly bearsOnStartup: boolean;
  /** Its next attempt, while it blocks readiness. It is created only then, to save memory. */
  #attempt: Entry | undefined;
  readonly #host: MemberHost;
  #rank: Rank | undefined;

  constructor(resource: ManagedResource<unknown>, bearsOnStartup: boolean, host: MemberHost) {
    this.resource = resource;
    this.bearsOnStartup = bearsOnStartup;
    this.#host = host;
  }

  /** The entry of its next attempt. `undefined` if there is none to add or to remove. */
  takeAttempt(): Entry | undefined {
    const attempt = this.#attempt;
    if (!this.isBlocking) {
      this.#attempt = undefined;
      return attempt;
    }
    this.#attempt ??= { at: Infinity, place: -1 };
    return this.#attempt;
  }

  /** Its rank. `undefined` if readiness does not depend on it. */
  get rank(): Rank | undefined {
    return this.#rank;
  }

  get isBlocking(): boolean {
    return this.#rank !== undefined && RANKS[this.#rank].isBlocking;
  }

  /** Computes its rank again, and returns the previous one. */
  rerank(now: number): Rank | undefined {
    const before = this.#rank;
    const { facts, limits, required } = this.resource;
    this.#rank = required ? rankOf(facts, now, limits) : undefined;
    return before;
  }

  /** Removes its rank, and returns the previous one. */
  unrank(): Rank | undefined {
    const before = this.#rank;
    this.#rank = undefined;
    return before;
  }

  poll(now: number): number {
    this.#host.recount(this, now);
    return changesAt(this.resource.facts, now, this.resource.limits);
  }

  tick(now: number): void {
    this.resource.tick(now);
  }
}
