import { backoffOf, refreshAt } from "../state/backoff.ts";
import { NO_FACTS, type Facts } from "../state/facts.ts";
import { stateOf } from "../state/freshness.ts";
import { checkFunction } from "../state/refusal.ts";
import type { State } from "../state/state.ts";
import { transition, type Happening } from "../state/transition.ts";
import { disposeDue, recall, retire } from "./disposal.ts";
import { NotReadyError, retryAfterOf, type NotReadyReason } from "./error.ts";
import { Audience, type HealthEvent, type Listener } from "./event.ts";
import { getAged } from "./get.ts";
import { NOWHERE, type Host } from "./host.ts";
import { limitsOf, type Limits, type ResourceOptions } from "./options.ts";
import type { GetOptions, Resource } from "./resource.ts";
import { abort, Context, run, type ActiveRun } from "./run.ts";
import { snapshotOf, type Snapshot } from "./snapshot.ts";
import { handled, refuseAll, wait, type Waiter } from "./wait.ts";

/**
 * One resource: its facts, and the one way they change. A class, not closures: ten thousand of them
 * must stay under 1 KiB each. Users see it as `Resource`.
 */
export class Core<T> implements Resource<T> {
  // Declared where the constructor gives the value: an emitted field would only say it twice.
  declare readonly name: string;
  declare readonly options: ResourceOptions<T>;
  declare readonly limits: Limits;
  declare readonly host: Host;
  facts: Facts<T> = NO_FACTS;
  /** The run that owns the slot. */
  active: ActiveRun | undefined;
  nextAttemptAt: number = Infinity;
  /** While those who wait and listen are told of a run's end: a load they ask for follows by a timer. */
  ending = false;
  abandoned = 0;
  /** How long the longest load took that gave a value, in ms. */
  longestLoad = 0;
  closed = false;
  waiters: Set<Waiter<ActiveRun>> | undefined;
  /** Values out of use, and from when they may be disposed of. */
  retired: Map<T, number> | undefined;
  /** Values that somebody borrowed, and how many did. */
  leases: Map<T, number> | undefined;
  /** The host's notes: when something is due, the place in its agenda, where it is counted. */
  at: number = Infinity;
  place = -1;
  /** The same for its next try, while it stands in the way of readiness. */
  readonly attempt: { at: number; place: number } = { at: Infinity, place: -1 };
  rank: number = NOWHERE;
  /** Whether startup waits for it. */
  starts = false;
  /** The state that was told last. */
  #told: State = "NOT_LOADED";
  #audience: Audience | undefined;
  /** The value as a resolved promise, made by the first `get()`. */
  #resolved: Promise<T> | undefined;

  constructor(name: string, options: ResourceOptions<T>, host: Host) {
    // SAFETY: nothing is taken for granted: a caller of JavaScript may have left the options out altogether.
    checkFunction("load", (options as Partial<typeof options> | undefined)?.load);
    this.name = name;
    this.options = options;
    this.limits = limitsOf(options);
    this.host = host;
  }

  /** What it is known by: `instanceof` fails where two copies of the package share a process. */
  get kind(): "health-state.core" {
    return "health-state.core";
  }

  get required(): boolean {
    return this.options.required ?? true;
  }

  peek(): T | undefined {
    return this.facts.held?.value;
  }

  get(options?: GetOptions): Promise<T> {
    const { held } = this.facts;
    return held && options?.maxAge === undefined
      ? (this.#resolved ??= Promise.resolve(held.value))
      : getAged(this, options);
  }

  snapshot(): Snapshot<T> {
    return snapshotOf(this, this.host.look());
  }

  reload(): Promise<Snapshot<T>> {
    this.host.begin();
    const running = this.active;
    return handled(
      this.wait((ended) => {
        if (ended === running) return undefined;
        const { lastError } = this.facts;
        if (lastError) throw lastError.error;
        return this.snapshot();
      }, true),
    );
  }

  /** Waits for the load that runs, or the next, which starts now, or by a timer if one is just ending. */
  async wait<R>(ask: (ended: ActiveRun) => R | undefined, forced: boolean, signal?: AbortSignal): Promise<R> {
    const refusal = this.refusal();
    if (refusal && (forced || !this.facts.held || !this.active)) throw this.notReady(refusal);
    const promise = wait(this, signal, ask, forced);
    if (!this.ending) void this.start();
    return promise;
  }

  invalidate(): void {
    this.commit({ type: "invalidate" });
  }

  unload(): void {
    this.end({ type: "unload" }, true);
  }

  subscribe(listener: Listener<T>): () => void {
    return (this.#audience ??= new Audience()).add(listener, this.host, () => [this]);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.nextAttemptAt = Infinity;
    this.host.leave(this);
    this.unload();
    disposeDue(this, this.host.now());
  }

  /** No load starts any more; one that runs may finish, and whoever would wait for another is refused. */
  drain(): void {
    this.plan(Infinity);
    for (const waiter of this.waiters ?? [])
      if (!this.active || !(this.facts.held || waiter.forced)) waiter.refuse("draining");
  }

  /** Starts a load, unless one runs or none may; gives what settles when it is over. */
  start(forced?: boolean): Promise<void> | undefined {
    const { facts, host } = this;
    if (this.active || this.closed || host.phase !== "running") return undefined;
    const at = host.now();
    const active: ActiveRun = {
      controller: undefined,
      forced: forced ?? [...(this.waiters ?? [])].some((waiter) => waiter.forced),
      deadline: at + this.limits.timeout,
    };
    const context = new Context(active, facts);
    this.active = active;
    this.commit({ type: "start", at });
    if (this.active === active) return run(this, active, context);
    // A listener ended it before it began: nothing is left to settle.
    this.abandoned--;
    return undefined;
  }

  /** The run that owns the slot is over: by itself, or given up for whatever happened. */
  end(event: Happening<T>, givenUp = false, reason?: Error): void {
    const { active, ending } = this;
    const cut = givenUp ? active : undefined;
    this.active = undefined;
    if (cut) this.abandoned++;
    this.ending = true;
    this.commit(event, event.type === "unload" ? undefined : active);
    this.ending = ending;
    // After listeners, for the loader that hears it may call back.
    if (cut) abort(cut, reason);
    this.#follow();
  }

  /** Does what is due, once, however late (docs/rules.md, 1). */
  tick(now: number): void {
    if (this.closed) return;
    if (this.active && now >= this.active.deadline) {
      const error = new Error(`the load took longer than its timeout of ${this.limits.timeout} ms`);
      this.end({ type: "failed", failure: { error, at: now } }, true, error);
    } else {
      // Before a load starts, so that a listener's invalidate() is not taken for one that came during it.
      this.pass(now);
      this.host.flush();
      if (now >= this.nextAttemptAt) void this.start();
    }
    disposeDue(this, now);
    this.host.update(this, now);
  }

  /** Plans the next load. */
  plan(at: number): void {
    this.nextAttemptAt = at;
    this.host.update(this, this.host.now());
  }

  notReady(reason: NotReadyReason, cause?: unknown): NotReadyError {
    const now = this.host.now();
    const state = stateOf(this.facts, now, this.limits.staleAfter);
    return new NotReadyError(state, reason, retryAfterOf(this.nextAttemptAt, now), cause);
  }

  /** What a new subscriber is told first. */
  current(now: number): HealthEvent<T> {
    return this.#event("current", now);
  }

  #event(type: HealthEvent["type"], now: number, from?: State): HealthEvent<T> {
    const snapshot = snapshotOf(this, now);
    const { name, state } = snapshot;
    return Object.freeze({ type, name, from: from ?? state, state, snapshot });
  }

  /** Why nobody may wait for a load any more, if so. */
  refusal(): NotReadyReason | undefined {
    if (this.closed) return "closed";
    return this.host.phase === "draining" ? "draining" : undefined;
  }

  /** Whoever still waits needs one more load: by a timer, for a loader that asks for it each time must not hang the process. */
  #follow(): void {
    if (!this.waiters?.size || this.active) return;
    const refusal = this.refusal();
    if (refusal) refuseAll(this, refusal);
    else this.plan(this.host.now());
  }

  /** Tells what time, or what just happened, has made of the state; else, that a load ended. */
  pass(now: number, ended?: ActiveRun): void {
    const from = this.#told;
    this.#told = stateOf(this.facts, now, this.limits.staleAfter);
    const type = this.#told !== from ? "transition" : ended && "load";
    if (type) this.host.tell(this.#audience, () => this.#event(type, now, from));
  }

  /** The one way facts change: the state first, then those who wait, then the listeners. */
  commit(event: Happening<T>, ended?: ActiveRun): void {
    const { host } = this;
    const now = host.now();
    this.pass(now);
    const before = this.facts;
    const after = transition(before, event);
    if (after !== before) {
      this.facts = after;
      const { held } = after;
      if (!Object.is(held?.value, before.held?.value)) {
        this.#resolved = undefined;
        if (before.held) retire(this, before.held.value, now);
        if (held) {
          recall(this, held.value);
          this.longestLoad = Math.max(this.longestLoad, held.changedAt - held.checkedAt);
        }
      }
      // A back-off that is running stays: only reload() goes past it.
      if (event.type !== "invalidate" || !after.failures) this.nextAttemptAt = this.#next(event, before, now);
      host.update(this, now);
      if (ended) for (const waiter of this.waiters ?? []) waiter.end(ended);
      this.pass(now, ended);
    }
    host.flush();
  }

  #next(event: Happening<T>, { run: ended }: Facts<T>, now: number): number {
    const { facts, host, limits } = this;
    if (this.closed || facts.run || host.phase !== "running") return Infinity;
    if (event.type === "lost") return now;
    const random = host.clock.random();
    if (facts.failures) return now + backoffOf(facts.failures, this.abandoned, limits.refreshEvery, random);
    return facts.held && ended && !ended.invalidated ? refreshAt(facts, ended.startedAt, now, limits, random) : now;
  }
}
