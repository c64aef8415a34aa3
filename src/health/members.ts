import { invalidOption } from "../option/invalid-option.ts";
import type { ManagedResource } from "../resource/managed-resource.ts";
import { Agenda, type Entry } from "../time/agenda.ts";
import { Member, type MemberHost } from "./member.ts";
import { checkName } from "./name.ts";
import { rankOf, type Rank } from "./rank.ts";
import { Startup } from "./startup.ts";
import { Tally } from "./tally.ts";

/** The resources of a health by name, and their counts. */
export class Members implements MemberHost {
  /** Names of resources that must exist. */
  readonly expected: ReadonlySet<string>;
  readonly startup: Startup;
  readonly #byName = new Map<string, Member>();
  readonly #tally = new Tally();
  /** The planned attempts of resources that block readiness. */
  readonly #attempts = new Agenda<Entry>();

  /** @throws TypeError for a bad name */
  constructor(expect: readonly string[]) {
    for (const name of expect) checkName("expect", name);
    this.expected = new Set(expect);
    this.startup = new Startup(this.expected);
    for (const _ of this.expected) this.#tally.move(undefined, "notLoaded");
  }

  /** Every resource. */
  get resources(): readonly ManagedResource<unknown>[] {
    return [...this.#byName.values()].map(({ resource }) => resource);
  }

  /** The expected names that have no resource. */
  get missing(): readonly string[] {
    return [...this.expected].filter((name) => !this.#byName.has(name));
  }

  /** The worst rank of a required resource. */
  get worst(): Rank {
    return this.#tally.worst;
  }

  /** The worst rank at a time, computed again. It changes nothing. */
  worstAt(now: number): Rank {
    const tally = new Tally();
    for (const _ of this.missing) tally.move(undefined, "notLoaded");
    for (const resource of this.resources)
      if (resource.required) tally.move(undefined, rankOf(resource.facts, now, resource.limits));
    return tally.worst;
  }

  /** The next planned attempt of a resource that blocks readiness. `Infinity` if none is planned. */
  get nextAttemptAt(): number {
    return this.#attempts.first?.at ?? Infinity;
  }

  /** The member of a resource. `undefined` after it was closed. */
  of(resource: { readonly name: string }): Member | undefined {
    const member = this.#byName.get(resource.name);
    return member?.resource === resource ? member : undefined;
  }

  /** @throws TypeError if the name is invalid or in use */
  checkFree(name: unknown): asserts name is string {
    checkName("name", name);
    if (this.#byName.has(name)) invalidOption("name", name, "a name that is not in use", "HS_NAME_TAKEN");
  }

  /** Adds a resource. */
  add(resource: ManagedResource<unknown>, bearsOnStartup: boolean): void {
    const { name } = resource;
    const member = new Member(resource, bearsOnStartup, this);
    this.#byName.set(name, member);
    this.startup.stopAwaiting(name);
    if (this.expected.has(name)) this.#tally.move("notLoaded", undefined);
    if (bearsOnStartup) this.startup.join(name);
    // Nothing has happened to it yet, so any time is right.
    this.recount(member, 0);
  }

  /** Removes a resource. */
  remove(member: Member): void {
    const { name } = member.resource;
    this.#setRank(member, undefined);
    if (member.bearsOnStartup) this.startup.leave();
    this.#byName.delete(name);
    this.startup.stopAwaiting(name);
    if (!this.expected.has(name)) return;
    this.startup.await(name);
    this.#tally.move(undefined, "notLoaded");
  }

  recount(member: Member, now: number): void {
    const { resource } = member;
    this.#setRank(member, resource.required ? rankOf(resource.facts, now, resource.limits) : undefined);
    if (resource.facts.generation) this.startup.stopAwaiting(resource.name);
  }

  #setRank(member: Member, rank: Rank | undefined): void {
    this.#tally.move(member.rank, rank);
    member.rank = rank;
    if (member.isBlocking) {
      member.attempt ??= { at: Infinity, place: -1 };
      this.#attempts.put(member.attempt, member.resource.slot.nextAttemptAt);
    } else if (member.attempt) {
      this.#attempts.put(member.attempt, Infinity);
      member.attempt = undefined;
    }
  }
}
