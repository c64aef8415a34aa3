import { checkFunction, fail } from "../option/invalid-option.ts";
import { handled } from "../option/call-safely.ts";
import type { Driver, ReadinessGroup } from "../resource/driver.ts";
import { NotReadyError, type NotReadyReason } from "../resource/error.ts";
import { EventQueue } from "../resource/event-queue.ts";
import type { FleetEvent, HealthEvent, HealthListener, ProbeEvent } from "../resource/event.ts";
import type { Host, HostedResource, Phase } from "../resource/host.ts";
import { LazySignal } from "../resource/lazy-signal.ts";
import { ManagedResource } from "../resource/managed-resource.ts";
import type { ResourceOptions } from "../resource/options.ts";
import { subscribeTo, type ListenerKind } from "../resource/subscribe.ts";
import { Subscribers } from "../resource/subscribers.ts";
import { Waiters } from "../resource/waiters.ts";
import { retryAfterOf, UNPLANNED_RETRY_SECONDS } from "../state/retry-after.ts";
import { createNow, toWallTime, type Clock } from "../time/clock.ts";
import { createContextLoop } from "../time/context-loop.ts";
import { Scheduler } from "../time/scheduler.ts";
import type { HealthPart, HealthPartHost } from "./health-part.ts";
import type { HeartbeatHost } from "./heartbeat.ts";
import type { Heartbeats } from "./heartbeats.ts";
import { Members } from "./members.ts";
import { PendingDisposals } from "./pending-disposals.ts";
import { RANKS, type Rank } from "./rank.ts";
import type { RegistryParts } from "./registry-parts.ts";
import { ALIVE, readinessOf, WEDGED, type ProbeOutcome, type Verdict } from "./verdict.ts";

/**
 * The resources of one health, and its verdicts. Creating it only stores data: it sets no timer, reads no clock and
 * starts no load before `begin()`.
 */
export class Registry implements Host, ReadinessGroup, HealthPartHost, HeartbeatHost {
  readonly clock: Clock;
  readonly driver: Driver;
  readonly hasTimer: boolean;
  phase: Phase = "idle";
  readonly events: EventQueue;
  readonly subscribers: Subscribers<HealthEvent> = new Subscribers();
  /** Runs a job later: in the async context of the health, or of the request in request mode. */
  readonly defer: (job: () => void) => void;
  readonly now: () => number;
  /** Runs due work, with one timer for all of it. */
  readonly scheduler: Scheduler;
  readonly words: RegistryParts["words"];
  /** Created at the first use, so that a service without heartbeats does not carry the code. */
  heartbeats: Heartbeats | undefined;
  readonly #members: Members;
  readonly #waiters: Waiters<undefined>;
  /** The last outcome of each probe, so that each change is sent once. */
  readonly #announced: { [P in ProbeEvent["probe"]]?: ProbeOutcome } = {};
  readonly #drainSignal = new LazySignal();
  readonly #pendingDisposals = new PendingDisposals();
  #closing: Promise<void> | undefined;
  readonly part: HealthPart | undefined;

  constructor({ clock, driver, expect, words, part }: RegistryParts) {
    this.clock = clock;
    this.driver = driver;
    this.hasTimer = driver.kind === "background";
    this.words = words;
    this.defer = this.hasTimer ? createContextLoop() : queueMicrotask.bind(undefined);
    this.events = new EventQueue(this.defer);
    this.now = createNow(clock, () => this.scheduler.arm());
    this.scheduler = new Scheduler(this);
    this.#members = new Members(expect);
    this.#waiters = new Waiters<undefined>(this.scheduler, this);
    this.part = part?.attach(this);
  }

  /** The registered resources, by name. */
  get resources(): readonly ManagedResource<unknown>[] {
    return this.#members.resources;
  }

  get missing(): readonly string[] {
    return this.#members.missing;
  }

  /** Adds a resource. `kind` says whether startup may depend on it. */
  add<T>(name: string, options: ResourceOptions<T>, kind: "resource" | "check"): ManagedResource<T> {
    if (this.phase === "closed")
      fail("HS_CLOSED", `the health is closed. Register "${name}" before close(), or create a new health.`);
    this.#members.checkFree(name);
    const resource = new ManagedResource<T>(name, options, this);
    if (kind === "resource") this.part?.gate?.attach(resource);
    // SAFETY: the registry never reads or writes a value, so any type of value is right.
    this.#members.add(resource as ManagedResource<unknown>, kind === "resource" && resource.required);
    if (this.phase === "running") {
      resource.plan(this.now());
      this.syncNow();
    } else this.afterChange();
    return resource;
  }

  remove(resource: HostedResource): void {
    const member = this.#members.of(resource);
    if (!member) return;
    this.scheduler.put(member, Infinity);
    this.#members.remove(member);
    this.afterChange();
  }

  changed(resource: HostedResource, now: number): void {
    const member = this.#members.of(resource);
    if (!member) return;
    const changesAt = member.poll(now);
    this.scheduler.put(member, Math.min(changesAt, member.resource.dueAt(now)));
    this.afterChange();
  }

  begin(): void {
    if (this.phase !== "idle") return;
    this.phase = "running";
    this.#announceProbes();
    for (const resource of this.#members.resources) resource.plan(this.now());
    this.syncNow();
    this.part?.begin();
  }

  start(): void {
    this.begin();
    this.scheduler.tickOverdue();
  }

  /** Aborts when the drain or the close begins. */
  get drainSignal(): AbortSignal {
    return this.#drainSignal.signal;
  }

  drain(delayMs: number): void {
    if (this.waitBlockedBy()) return;
    this.#leave("draining", delayMs);
  }

  close(): Promise<void> {
    if (this.#closing) return this.#closing;
    let resolve = (): void => {};
    // First, because a listener may call close() too.
    this.#closing = new Promise((done) => {
      resolve = done;
    });
    this.#leave("closed", 0);
    const left = this.part?.close();
    const done = left ? () => void left.then(resolve) : resolve;
    this.defer(() => this.#pendingDisposals.whenNone(this.clock, done));
    return this.#closing;
  }

  #leave(phase: "draining" | "closed", delayMs: number): void {
    const wasLeaving = this.waitBlockedBy();
    this.phase = phase;
    if (!wasLeaving) {
      // Abort the signal first. An error of a listener does not stop the drain.
      this.#drainSignal.abort();
      this.announce({ type: "drain", delayMs });
    }
    for (const resource of this.#members.resources)
      if (phase === "closed") resource.close();
      else resource.drain();
    if (phase === "closed") this.heartbeats?.endAll();
    this.#waiters.rejectAll(phase);
    this.#announceProbes();
  }

  readonly countPending = (by: 1 | -1): void => this.#pendingDisposals.add(by);

  syncNow(): number {
    const now = this.now();
    this.scheduler.pollOverdue(now);
    return now;
  }

  toWall(at: number): number {
    return toWallTime(at, this.now(), this.clock);
  }

  readiness(): Verdict {
    this.#syncForProbe();
    return this.#verdictOf(this.#readinessOf(this.worst));
  }

  startup(): Verdict {
    this.#syncForProbe();
    const outcome = this.#startupOutcome;
    if (outcome === "ok") this.#members.startup.latch();
    return this.#verdictOf(outcome);
  }

  liveness(): Verdict {
    this.begin();
    return this.livenessOutcome === "ok" ? ALIVE : WEDGED;
  }

  /** Before a probe: starts the health if necessary, and updates overdue counts. */
  #syncForProbe(): void {
    this.begin();
    this.syncNow();
  }

  get worst(): Rank {
    return this.phase === "closed" ? "notLoaded" : this.#members.worst;
  }

  /** The outcome of readiness. The fleet may hold in a replica with old data. */
  #readinessOf(worst: Rank): ProbeOutcome {
    return readinessOf(worst === "pastRefuseAfter" && this.part?.holdsIn() ? "stale" : worst, this.phase);
  }

  get livenessOutcome(): "ok" | "wedged" {
    return this.heartbeats?.outcome ?? "ok";
  }

  #verdictOf(outcome: ProbeOutcome): Verdict {
    const ok = outcome === "ok";
    const plannedAt = this.phase === "running" ? this.#members.nextAttemptAt : Infinity;
    const retryAfter = ok ? undefined : retryAfterOf(plannedAt, this.now());
    return { ok, outcome, worst: RANKS[this.worst].state, retryAfter };
  }

  /** The current outcome of each probe. It starts no load and sends no event. */
  outcomes(): { readonly [P in ProbeEvent["probe"]]: ProbeOutcome } {
    return {
      readiness: this.#readinessOf(this.phase === "closed" ? "notLoaded" : this.#members.worstAt(this.now())),
      liveness: this.livenessOutcome,
      startup: this.#startupOutcome,
    };
  }

  get #startupOutcome(): ProbeOutcome {
    return this.phase !== "closed" && this.#members.startup.isDone() ? "ok" : "notLoaded";
  }

  isReady(): boolean {
    return this.readiness().ok;
  }

  waitBlockedBy(): NotReadyReason | undefined {
    return this.phase === "draining" || this.phase === "closed" ? this.phase : undefined;
  }

  notReady(reason: NotReadyReason, cause?: unknown): NotReadyError {
    const { worst, retryAfter = UNPLANNED_RETRY_SECONDS } = this.readiness();
    return new NotReadyError({ state: worst, reason, retryAfter, cause });
  }

  async wait(signal: AbortSignal | undefined): Promise<void> {
    await this.#waiters.add({ signal }, () => true);
  }

  whenReady(signal: AbortSignal | undefined): Promise<void> {
    return handled(this.driver.whenReady(this, signal));
  }

  subscribe(listener: HealthListener, kind: ListenerKind): () => void {
    checkFunction("listener", listener);
    return subscribeTo<HealthEvent, HealthEvent>(this, this.subscribers, {
      listener,
      kind,
      subjects: () => this.resources,
    });
  }

  /** After a change: startup may latch, waits may end, and the word of a probe may change. */
  afterChange(): void {
    this.#members.startup.update();
    if (this.#waiters.size && this.#readinessOf(this.worst) === "ok" && this.isReady())
      this.#waiters.checkAll(undefined);
    this.#announceProbes();
  }

  #announceProbes(): void {
    if (this.phase === "idle") return;
    this.part?.changed();
    this.#announceProbe("readiness", this.#readinessOf(this.worst));
    this.#announceProbe("startup", this.#startupOutcome);
    this.livenessChanged();
  }

  #announceProbe(probe: ProbeEvent["probe"], outcome: ProbeOutcome): void {
    const before = this.#announced[probe];
    this.#announced[probe] = outcome;
    // The first word is no change.
    if (before !== undefined && before !== outcome)
      this.announce({ type: "probe", probe, from: this.words[before], word: this.words[outcome] });
  }

  announce(event: FleetEvent | ProbeEvent | { readonly type: "drain"; readonly delayMs: number }): void {
    if (this.subscribers.size) this.events.add(() => this.subscribers.tell(Object.freeze(event)));
  }

  livenessChanged(): void {
    this.#announceProbe("liveness", this.livenessOutcome);
  }
}
