import type { FleetRecord, HealthPart, HealthPartHost } from "../health/health-part.ts";
import { RANKS } from "../health/rank.ts";
import type { Scheduled } from "../time/scheduler.ts";
import type { FleetAnswer, FleetBeat, FleetReading, FleetStore } from "./fleet-store.ts";
import type { CheckedFleetOptions } from "./options.ts";
import { replicaNameOf } from "./replica-name.ts";
import { reportedResources, stalenessOf, type ReplicaReport, type RolloutHook } from "./report.ts";
import { Standing } from "./standing.ts";
import { StoreCalls } from "./store-calls.ts";
import { readGroup, sendBeat, writeNote } from "./store-verbs.ts";
import { turnsHostOf } from "./turns-host.ts";
import { Turns } from "./turns.ts";

/** The interval of beats varies by a tenth, so that replicas that start together do not report together. */
const JITTER = 0.1;
/** Near the front of a queue, beats come sooner. The front has this many times the number of concurrent loads. */
const FRONT = 10;

/**
 * One replica of a fleet, connected to its health. It sends beats, and keeps the result of the last one: the end of its
 * leave. A probe reads this result and does not call the store.
 */
export class Replica implements HealthPart, Scheduled {
  at: number = Infinity;
  place = -1;
  readonly name: string;
  readonly calls: StoreCalls;
  readonly options: CheckedFleetOptions;
  readonly #host: HealthPartHost;
  readonly #store: FleetStore;
  readonly #turns: Turns | undefined;
  readonly #standing: Standing;
  readonly #rollouts = new Map<string, RolloutHook>();
  /** A time on the clock of the health. */
  #nextBeatAt = Infinity;
  #isBeatWanted = false;
  #serial = 0;
  #isToldHeldIn = false;
  #askPlace: number | undefined;
  /** The monotonic time of the first answer. */
  #knownSince: number | undefined;
  #goneSince: number | undefined;
  #wasOut = true;

  constructor(store: FleetStore, options: CheckedFleetOptions, host: HealthPartHost) {
    this.#store = store;
    this.options = options;
    this.#host = host;
    this.#standing = new Standing(host);
    this.name = replicaNameOf(options.replica, store);
    this.calls = new StoreCalls(
      {
        clock: host.clock,
        now: () => host.now(),
        schedule: (entry, at) => host.scheduler.put(entry, at),
        storeChanged: (reason) => this.#storeChanged(reason),
        free: () => {
          if (this.#isBeatWanted) this.#beat();
        },
      },
      options.withinMs,
      options.ttlMs,
    );
    const { loads } = options;
    this.#turns = loads === undefined ? undefined : new Turns(turnsHostOf(this), loads);
  }

  get gate(): HealthPart["gate"] {
    return this.#turns?.gate;
  }

  get isGone(): boolean {
    return this.calls.isGone;
  }

  /** How long the store has been gone, in ms. 0 while it answers. */
  get goneForMs(): number {
    return this.#goneSince === undefined ? 0 : this.#host.clock.monotonic() - this.#goneSince;
  }

  /** The resources of the health, for rollouts. */
  get host(): HealthPartHost {
    return this.#host;
  }

  /** Adds a rollout, which reports for its resource from now on. */
  addRollout(resource: string, hook: RolloutHook): void {
    this.#rollouts.set(resource, hook);
  }

  // Readiness.

  holdsIn(): boolean {
    return this.#standing.holdsIn;
  }

  changed(): void {
    const standing = this.#standing.now;
    if (standing === "in") this.#standing.becomeReady();
    if (standing !== "asks") this.#askPlace = undefined;
    const { isHeldIn } = this.#standing;
    if (isHeldIn && !this.#isToldHeldIn) this.#tell("held-in");
    this.#isToldHeldIn = isHeldIn;
    // A drain is reported at once, because other replicas may wait for a free place in the budget.
    const isOut = standing === "out";
    if (isOut && !this.#wasOut && this.#host.phase === "draining") this.beatSoon();
    this.#wasOut = isOut;
  }

  #tell(type: "held-in" | "left" | "store-gone" | "store-back", reason?: string): void {
    const { group } = this.options;
    this.#host.announce({ type, group, replica: this.name, ...(reason !== undefined && { reason }) });
  }

  snapshot(): FleetRecord {
    return Object.freeze({
      group: this.options.group,
      replica: this.name,
      store: this.isGone ? "gone" : "ok",
      heldIn: this.#standing.isHeldIn,
      out: this.#standing.isOut,
      place: this.#askPlace,
    });
  }

  // Beats.

  begin(): void {
    this.beatSoon();
  }

  /** Sends a beat soon, or after the previous call has settled. A store that is gone is called at the usual pace. */
  beatSoon(): void {
    if (this.#isBeatWanted || this.#host.phase === "idle" || this.#host.phase === "closed") return;
    if (this.isGone) return;
    this.#isBeatWanted = true;
    if (!this.calls.isBusy)
      this.#host.defer(() => {
        if (this.#isBeatWanted && !this.calls.isBusy) this.#beat();
      });
  }

  #beat(): void {
    this.#isBeatWanted = false;
    if (this.#host.phase === "closed") return;
    this.#host.syncNow();
    this.#planBeat();
    const beat = this.#report();
    const sentAt = this.#host.clock.monotonic();
    const call = this.calls.call(() => sendBeat(this.#store, this.options.group, beat));
    void call.then((answer) => {
      if (answer) this.#take(answer, beat, sentAt);
      else for (const rollout of this.#rollouts.values()) rollout.afterBeat(undefined);
    });
  }

  #planBeat(): void {
    const { clock } = this.#host;
    const { beatMs } = this.options;
    const spread = 1 + JITTER * (2 * clock.random() - 1);
    this.#nextBeatAt = this.#host.now() + Math.ceil(beatMs * spread);
    this.#schedule();
  }

  #report(): FleetBeat {
    const { clock, phase } = this.#host;
    const { ttlMs, leave } = this.options;
    const { now: standing, isWedged, isHeldIn: heldIn, leaveLeftMs } = this.#standing;
    const resources = reportedResources(this.#host, this.#rollouts);
    const report: ReplicaReport = {
      state: RANKS[this.#host.worst].state,
      heldIn,
      draining: phase !== "running",
      wedged: isWedged,
      resources,
    };
    return {
      replica: this.name,
      serial: ++this.#serial,
      ttlMs,
      isClosed: phase === "closed",
      knownForMs: this.#knownSince === undefined ? 0 : Math.floor(clock.monotonic() - this.#knownSince),
      standing,
      isWedged,
      staleness: standing === "asks" ? stalenessOf(this.#host) : 0,
      leaveLeftMs: standing === "asks" ? Math.floor(leaveLeftMs) : 0,
      leave,
      turns: this.#turns?.asks() ?? [],
      notes: Object.fromEntries(
        [...this.#rollouts.values()].flatMap(({ noteVersions }) => Object.entries(noteVersions)),
      ),
      report: JSON.stringify(report),
    };
  }

  #take(answer: FleetAnswer, beat: FleetBeat, sentAt: number): void {
    if (this.#host.phase === "closed") return;
    this.#knownSince ??= this.#host.clock.monotonic();
    const { now: standing } = this.#standing;
    if (standing === "asks" && beat.standing === "asks") {
      const hasLeft = this.#standing.leaveUntil(
        answer.leaveMs > 0 ? sentAt + Math.min(answer.leaveMs, beat.ttlMs) : -Infinity,
      );
      this.#askPlace = answer.place > 0 ? answer.place : undefined;
      if (hasLeft) this.#tell("left");
    }
    // No other replica is in, so this replica becomes ready.
    if (standing === "new" && answer.isIn) this.#standing.becomeReady();
    this.#turns?.take(beat.turns, answer.turns);
    for (const rollout of this.#rollouts.values()) rollout.afterBeat(answer);
    this.#planBeatSooner();
    this.#host.afterChange();
    this.#schedule();
  }

  /** A replica near the front of a queue sends beats more often. */
  #planBeatSooner(): void {
    const { loads, beatMs } = this.options;
    const place = this.#turns?.bestPlace;
    if (place === undefined || loads === undefined) return;
    const soon = this.#host.now() + Math.ceil(beatMs * Math.min(1, place / (FRONT * loads)));
    this.#nextBeatAt = Math.min(this.#nextBeatAt, soon);
  }

  /** Reads the state of the group. Returns `undefined` if the store does not answer in time. */
  read(): Promise<FleetReading | undefined> {
    return this.calls.call(() => readGroup(this.#store, this.options.group));
  }

  /** Writes a note. Returns `undefined` if the store does not answer in time. */
  write(name: string, version: number, text: string): Promise<boolean | undefined> {
    return this.calls.call(() => writeNote(this.#store, this.options.group, { name, version, text }));
  }

  #storeChanged(reason: string | undefined): void {
    this.#goneSince = reason === undefined ? undefined : this.#host.clock.monotonic();
    if (reason !== undefined) {
      this.#askPlace = undefined;
      this.#turns?.storeGone();
    }
    this.#tell(reason === undefined ? "store-back" : "store-gone", reason);
    this.#host.afterChange();
  }

  close(): Promise<void> {
    this.#nextBeatAt = Infinity;
    this.#host.scheduler.put(this, Infinity);
    if (this.#knownSince === undefined && !this.calls.isBusy) return Promise.resolve();
    return this.#sayGoodbye();
  }

  async #sayGoodbye(): Promise<void> {
    const { clock } = this.#host;
    let cancel = (): void => {};
    // This beat keeps the process alive, but not longer than a call may take.
    const limit = new Promise<void>((resolve) => {
      cancel = clock.setTimer(resolve, this.options.withinMs, true);
    });
    await Promise.race([limit, this.calls.call(() => sendBeat(this.#store, this.options.group, this.#report()))]);
    cancel();
  }

  // The one timer.

  #schedule(): void {
    if (this.#host.phase === "closed") return;
    this.#host.scheduler.put(this, Math.min(this.#nextBeatAt, this.#leaveEndsAt(this.#host.now())));
  }

  /** The end of the leave on the clock of the health. `Infinity` without a leave. */
  #leaveEndsAt(now: number): number {
    const leftMs = this.#standing.leaveLeftMs;
    return leftMs > 0 ? now + Math.ceil(leftMs) : Infinity;
  }

  poll(now: number): number {
    if (this.#host.phase === "closed") return Infinity;
    // A due beat waits for the next tick.
    return Math.min(this.#nextBeatAt > now ? this.#nextBeatAt : Infinity, this.#leaveEndsAt(now));
  }

  tick(now: number): void {
    if (this.#host.phase === "closed") return;
    if (now >= this.#nextBeatAt) {
      if (this.calls.isBusy) {
        this.#isBeatWanted = true;
        this.calls.missed();
        this.#planBeat();
      } else this.#beat();
    }
    this.#schedule();
    this.#host.afterChange();
  }
}
