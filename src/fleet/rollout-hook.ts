import { handled } from "../option/call-safely.ts";
import type { LoadContext } from "../resource/loader.ts";
import type { ManagedResource } from "../resource/managed-resource.ts";
import { loaded, outcomeOf, unchanged, type Loaded, type Unchanged } from "../resource/outcome.ts";
import { SourceError } from "../source/source-error.ts";
import type { VersionedLoader } from "../source/versioned-loader.ts";
import { hurriedAt } from "../state/schedule.ts";
import type { FleetAnswer, FleetReading } from "./fleet-store.ts";
import { isYoung, noteIn, pinNote, planNote, rolloutMembers } from "./reading.ts";
import type { Replica } from "./replica.ts";
import type { RolloutParts } from "./rollout-parts.ts";
import { RolloutPin } from "./rollout-pin.ts";
import { isGoneFromSource, refusedError } from "./refused-error.ts";
import type { ReportedResource, RolloutHook } from "./report.ts";
import {
  foundingPlan,
  isRefused,
  mayTake,
  retriesOf,
  stableOf,
  stepPlan,
  toPlan,
  type RolloutPlan,
} from "./rollout-plan.ts";

/** While the store is gone, or some calls fail, a new revision waits for this many soaks. */
const GONE_SOAKS = 3;
/** During a rollout, about this many replicas read the whole group at each beat. */
const LOOKERS = 2;

/** The rollout of one resource in one replica. */
export class Rollout<T> implements RolloutHook {
  readonly #source: VersionedLoader<T>;
  readonly #replica: Replica;
  readonly #resource: ManagedResource<unknown>;
  readonly #rules: RolloutParts<T>["rules"];
  readonly #ok: RolloutParts<T>["ok"];
  #plan: RolloutPlan | undefined;
  /** The version of the plan in the last answer that had one. The replica's own plan also comes back in an answer. */
  #planVersion = 0;
  readonly #pin: RolloutPin;
  /** The revision that failed in this replica, and the number of retries before. */
  #failed: { readonly revision: string; readonly retry: number } | undefined;
  /** The last rejection, and the number of retries before. */
  #rejected: { readonly revision: string; readonly retry: number } | undefined;
  /** The rejected revision that was removed from the stores of the value. It is removed only once. */
  #forgotten: string | undefined;
  /** The revision that was loaded while the store was gone. */
  #free: string | undefined;
  #isAsking = false;
  #isRetrying = false;
  /** Whether the store does not know which revision is rolled out. */
  #isPlanLost = true;
  #isLooking = false;

  constructor({ source, replica, resource, rules, ok }: RolloutParts<T>) {
    this.#source = source;
    this.#replica = replica;
    this.#resource = resource;
    this.#rules = rules;
    this.#ok = ok;
    this.#pin = new RolloutPin(replica, pinNote(resource.name));
    replica.addRollout(resource.name, this);
  }

  get noteVersions(): Readonly<Record<string, number>> {
    const { name } = this.#resource;
    return { [planNote(name)]: this.#planVersion, [pinNote(name)]: this.#pin.version };
  }

  get isFree(): boolean {
    return this.#free !== undefined && this.#free === this.#held;
  }

  get bad(): ReportedResource["bad"] | undefined {
    const revision = this.#resource.facts.rejected?.revision;
    // An earlier revision may have failed in this replica too. The revision on trial comes first.
    if (this.#failed && (revision === undefined || this.#failed.revision === this.#plan?.trial?.revision))
      return { ...this.#failed, how: "failed" };
    if (revision === undefined) return undefined;
    if (this.#rejected?.revision !== revision) this.#rejected = { revision, retry: retriesOf(this.#plan, revision) };
    return { ...this.#rejected, how: "rejected" };
  }

  get #held(): string | undefined {
    return this.#resource.facts.held?.revision;
  }

  afterBeat(answer: FleetAnswer | undefined): void {
    if (!answer) return;
    const { name } = this.#resource;
    for (const { name: note, version, text } of answer.notes)
      if (note === planNote(name)) this.#takePlan(version, text);
      else if (note === pinNote(name)) this.#pin.follow(version, text);
    this.#followPlan();
    const trial = this.#plan?.trial?.revision;
    // In a new group and after a flush, a replica with a value must write down which revision is rolled out.
    const isWanted = this.#isPlanLost && this.#held !== undefined;
    if (trial === undefined && !this.isFree && !isWanted) return;
    if (this.#held === trial) void this.#askOk();
    const isFinder = this.isFree || (trial !== undefined && this.bad?.revision === trial);
    const isLooker = this.#replica.host.clock.random() * answer.members < LOOKERS;
    if (isFinder || isLooker) void handled(this.#look());
  }

  #takePlan(version: number, text: string): void {
    this.#planVersion = version;
    const before = this.#plan;
    this.#keepPlan(toPlan(text));
    // A failed revision is tried again after a call of `retryRevision()`.
    if (this.#failed && retriesOf(this.#plan, this.#failed.revision) > this.#failed.retry) this.#failed = undefined;
    const rejected = this.#resource.facts.rejected?.revision;
    if (rejected !== undefined && before) void this.#retry(rejected);
  }

  /** Keeps the plan of the store. The plan from before a flush is better than one without a rolled out revision. */
  #keepPlan(plan: RolloutPlan | undefined): void {
    this.#isPlanLost = plan?.stable === undefined;
    if (!this.#isPlanLost || !this.#plan?.stable) this.#plan = plan;
  }

  /** Loads a rejected revision again, after a call of `retryRevision()`. */
  async #retry(revision: string): Promise<void> {
    const retry = retriesOf(this.#plan, revision);
    if (this.#isRetrying || retry <= (this.#rejected?.retry ?? 0)) return;
    this.#isRetrying = true;
    const { lastError: before } = this.#resource.facts;
    await handled(this.#resource.reload()).catch(() => {});
    this.#isRetrying = false;
    const { lastError } = this.#resource.facts;
    // Only a new rejection by the check counts for this retry. If the load failed, nothing was checked. This replica
    // then still reports the old rejection, and the fleet ignores it because of its lower `retry`.
    if (lastError?.revision === revision && lastError !== before) this.#rejected = { revision, retry };
  }

  /** If the fleet has rejected the loaded revision, and it is not pinned, removes it from the stores and loads soon. */
  #followPlan(): void {
    const held = this.#held;
    const isWanted = held === undefined || held === this.#plan?.stable || held === this.#pin.revision;
    const isBad = !isWanted && isRefused(this.#plan, held);
    const wasBad = held !== undefined && held === this.#forgotten;
    if (isBad !== wasBad) this.#resource.judgeStored(isBad ? "rejected" : "accepted");
    this.#forgotten = isBad ? held : undefined;
    if (isBad && this.#source.at) this.#hurry();
  }

  #hurry(): void {
    const resource = this.#resource;
    if (resource.slot.run || resource.host.phase !== "running" || resource.facts.failures) return;
    const at = Math.max(resource.now(), hurriedAt(resource.slot.lastStartedAt, resource.limits));
    if (at < resource.slot.nextAttemptAt) resource.plan(at);
  }

  /** Calls `ok` for the loaded revision. */
  async #askOk(): Promise<void> {
    const revision = this.#held;
    if (!this.#ok || this.#isAsking || revision === undefined || this.#failed?.revision === revision) return;
    this.#isAsking = true;
    const { name } = this.#resource;
    try {
      if ((await this.#ok({ name, revision })) === false) throw new Error("ok() gave false");
    } catch (reason) {
      if (this.#held === revision) {
        this.#failed = { revision, retry: retriesOf(this.#plan, revision) };
        this.#resource.tellRejected(revision, reason);
        this.#replica.beatSoon();
      }
    }
    this.#isAsking = false;
  }

  /** Reads the whole group and advances the plan. */
  async #look(announced?: string): Promise<FleetReading | undefined> {
    if (this.#isLooking && announced === undefined) return undefined;
    this.#isLooking = true;
    try {
      // If another replica has written first, this replica reads and decides once more.
      for (let tries = 0; tries < 2; tries++) {
        const reading = await this.#replica.read();
        if (!reading) return undefined;
        const { name } = this.#resource;
        const note = noteIn(reading, planNote(name));
        const before = toPlan(note.text);
        const members = rolloutMembers(reading, name);
        const plan = this.#isPartial(reading)
          ? (before ?? foundingPlan([this.#held, ...members.map(({ held }) => held)], announced))
          : stepPlan(before, { members, nowMs: reading.nowMs, announced }, this.#rules);
        const pin = noteIn(reading, pinNote(name));
        this.#pin.take(pin.version, pin.text);
        if (
          plan === before ||
          plan === undefined ||
          (await this.#replica.write(planNote(name), note.version, JSON.stringify(plan)))
        ) {
          this.#keepPlan(plan);
          if (this.#free !== undefined && this.#free === plan?.stable) this.#free = undefined;
          this.#followPlan();
          return reading;
        }
      }
      return undefined;
    } finally {
      this.#isLooking = false;
    }
  }

  /** Whether the store may not count all replicas, because it was emptied or did not answer a short time ago. */
  #isPartial(reading: FleetReading): boolean {
    const { calls, options } = this.#replica;
    return isYoung(reading, options.ttlMs) || calls.mayMissReplicas(GONE_SOAKS * this.#rules.soakMs);
  }

  async load(context: LoadContext): Promise<T | Loaded<T> | Unchanged> {
    const held = context.previous === undefined ? undefined : this.#held;
    const hasValue = this.#resource.facts.held !== undefined;
    const { revision: announced, asOf } = await this.#source.version(context);
    const pinned = this.#pin.revision;
    if (pinned !== null) return this.#takeOrKeep(pinned, { announced, asOf, context });
    // This replica has rejected the revision. If the whole fleet has too, `behind` below keeps the value from aging.
    if (announced === context.rejected && !isRefused(this.#plan, announced)) {
      void this.#retry(announced);
      return unchanged({ revision: announced });
    }
    // A fully rolled out revision needs no permission. After a flush, somebody must write the plan again.
    const isKnown = announced === this.#plan?.stable && !this.#plan?.trial && !this.#isPlanLost;
    if (hasValue && announced === held && isKnown) return unchanged({ asOf });
    const reading = this.#replica.isGone ? undefined : await this.#look(announced);
    if (this.#pin.revision !== null) return this.#takeOrKeep(this.#pin.revision, { announced, asOf, context });
    if (!reading) return this.#loadAlone({ announced, asOf, context });
    const plan = this.#plan ?? { refused: [] };
    const { stable } = plan;
    if (isRefused(plan, announced)) {
      if (hasValue && (stable === undefined || !this.#source.at)) return unchanged({ behind: announced });
      if (stable === undefined || !this.#source.at) throw refusedError(announced);
      return this.#takeOrKeep(stable, { announced, asOf, context });
    }
    if (announced === held) return unchanged({ asOf });
    const group = { members: rolloutMembers(reading, this.#resource.name), rules: this.#rules };
    // A replica without a value loads the rolled out revision, because it must not try a new one. If the store does not
    // know which one that is, the revision that most of the other replicas have counts as rolled out.
    const known = stable ?? stableOf(plan, group.members, announced);
    if (!hasValue && known !== undefined && known !== announced && this.#source.at)
      try {
        return await this.#takeOrKeep(known, { announced, asOf, context });
      } catch (error) {
        if (!isGoneFromSource(error)) throw error;
      }
    const isAdmitted = announced === stable || !this.#isPartial(reading);
    if (!hasValue || (isAdmitted && mayTake(plan, announced, this.#replica.name, group)))
      return this.#takeAnnounced({ announced, asOf, context });
    return unchanged({ behind: announced });
  }

  /** Decides without an answer of the store. */
  #loadAlone(ask: LoadAsk): Promise<T | Loaded<T> | Unchanged> | Unchanged {
    const { announced, asOf } = ask;
    const isHeld = this.#resource.facts.held !== undefined;
    if (isHeld && announced === this.#held) return unchanged({ asOf });
    const isLong = this.#replica.goneForMs >= GONE_SOAKS * this.#rules.soakMs && this.#replica.isGone;
    if (isRefused(this.#plan, announced)) {
      if (isHeld) return unchanged({ behind: announced });
      throw refusedError(announced);
    }
    if (isHeld && !isLong && announced !== this.#plan?.stable) return unchanged({ behind: announced });
    if (isHeld && isLong) this.#free = announced;
    return this.#takeAnnounced(ask);
  }

  /** Loads the announced revision. If the source returns another one, the resource keeps its value. */
  async #takeAnnounced({ announced, context }: LoadAsk): Promise<T | Loaded<T> | Unchanged> {
    const result = await this.#source(context);
    const { isUnchanged, revision } = outcomeOf(result);
    const isOther = !isUnchanged && typeof revision === "string" && revision !== announced;
    return isOther && this.#resource.facts.held !== undefined ? unchanged({ behind: revision }) : result;
  }

  /** Loads a fixed revision: the pinned revision, or the last good revision. */
  async #takeOrKeep(revision: string, ask: LoadAsk): Promise<T | Loaded<T> | Unchanged> {
    const { announced, asOf, context } = ask;
    const behind = announced === revision ? undefined : announced;
    if (this.#held === revision) return unchanged(behind === undefined ? { asOf } : { behind });
    if (announced === revision) return this.#takeAnnounced(ask);
    if (this.#source.at) return loaded(await this.#source.at(revision, context), { revision });
    if (this.#resource.facts.held !== undefined) return unchanged({ behind: announced });
    throw new SourceError("missing", "the source no longer has the revision of the fleet");
  }

  async setPin(revision: string | null): Promise<void> {
    await this.#pin.set(revision);
    if (this.#resource.host.phase === "running") this.#hurry();
  }
}

/** The answer of the source at the start of a load. */
interface LoadAsk {
  readonly announced: string;
  readonly asOf: Date | number | undefined;
  readonly context: LoadContext;
}
