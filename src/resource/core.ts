import { backoffOf, refreshAt } from "../state/backoff.ts";
import { NO_FACTS, type Facts } from "../state/facts.ts";
import { stateOf } from "../state/freshness.ts";
import type { State } from "../state/state.ts";
import { transition, type Happening } from "../state/transition.ts";
import { disposeDue, recall, retire } from "./disposal.ts";
import { NotReadyError, retryAfterOf, type NotReadyReason } from "./error.ts";
import { Audience, type HealthEvent, type Listener } from "./event.ts";
import type { Host } from "./host.ts";
import { limitsOf, type Limits, type ResourceOptions } from "./options.ts";
import { getAged } from "./get.ts";
import type { GetOptions, Resource } from "./resource.ts";
import { abort, controllerOf, run, type ActiveRun } from "./run.ts";
import { snapshotOf, type Snapshot } from "./snapshot.ts";
import { handled, refused, wait, type Waiter } from "./wait.ts";

/**
 * One resource: its facts, and the one way they change. A class, not closures: ten thousand of them
 * must stay under 1 KiB each. Users see it as `Resource`.
 */
export class Core<T> implements Resource<T> {
  readonly name: string;
  readonly options: ResourceOptions<T>;
  readonly limits: Limits;
  readonly host: Host;
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
  /** The state that was told last. */
  #told: State = "NOT_LOADED";
  #audience: Audience | undefined;
  /** The value as a resolved promise, made by the first `get()`. */
  #resolved: Promise<T> | undefined;

  constructor(name: string, options: ResourceOptions<T>, host: Host) {
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
    const { mode } = this.host;
    if (mode) return handled(mode.get(this, options));
    if (held && options?.maxAge === undefined && this.host.phase !== "idle")
      return (this.#resolved ??= Promise.resolve(held.value));
    return getAged(this, options);
  }

  snapshot(): Snapshot<T> {
    return snapshotOf(this, this.host.look());
  }

  reload(): Promise<Snapshot<T>> {
    this.host.begin();
    if (this.host.mode) return handled(this.host.mode.reload(this));
    const refusal = this.refusal();
    if (refusal) return refused(this, refusal);
    const running = this.active;
    const promise = wait<Snapshot<T>, ActiveRun>(
      this,
      undefined,
      (ended, resolve, reject) => {
        if (ended === running) return;
        if (this.facts.lastError) reject(this.facts.lastError.error);
        else resolve(this.snapshot());
      },
      true,
    );
    if (!running && !this.ending) void this.start();
    return promise;
  }

  invalidate(): void {
    this.#commit({ type: "invalidate" });
  }

  unload(): void {
    const { active } = this;
    this.active = undefined;
    if (active) this.abandoned++;
    this.#commit({ type: "unload" });
    // Last, for whoever hears it may call back.
    if (active) abort(active);
    if (this.refusal()) this.#follow();
  }

  subscribe(listener: Listener<T>): () => void {
    return (this.#audience ??= new Audience()).add(listener, () => [this.current(this.host.now())]);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.nextAttemptAt = Infinity;
    this.unload();
    const now = this.host.now();
    for (const value of this.retired?.keys() ?? []) this.retired?.set(value, now);
    disposeDue(this, now);
    this.host.leave(this);
  }

  /** No load starts any more; one that runs may finish, and whoever would wait for another is refused. */
  drain(): void {
    this.plan(Infinity);
    for (const waiter of this.waiters ?? [])
      if (!this.active || !(this.facts.held || waiter.forced)) waiter.refuse("draining");
  }

  /** Starts a load, unless one runs or none may; gives what settles when it is over. */
  start(forced: boolean = [...(this.waiters ?? [])].some((waiter) => waiter.forced)): Promise<void> | undefined {
    const { facts, host } = this;
    if (this.active || this.closed || host.phase !== "running") return undefined;
    const at = host.now();
    const timeoutAt = at + this.limits.timeout;
    const active: ActiveRun = { controller: undefined, forced, timeoutAt, deadline: timeoutAt };
    const { held } = facts;
    const context = {
      get signal() {
        return controllerOf(active).signal;
      },
      previous: held?.value,
      revision: held?.revision,
      asOf: held?.asOf,
      rejected: forced ? undefined : facts.rejected,
      attempt: facts.failures + 1,
    };
    this.active = active;
    this.#commit({ type: "start", at });
    if (this.active === active) return run(this, active, context);
    // A listener ended it before it began: nothing is left to settle.
    this.abandoned--;
    return undefined;
  }

  /** The run that owned the slot ended, or is given up at its timeout. */
  end(active: ActiveRun, event: Happening<T>, timeout?: Error): void {
    this.active = undefined;
    const { run: ended } = this.facts;
    if (event.type === "loaded" && ended) this.longestLoad = Math.max(this.longestLoad, event.at - ended.startedAt);
    this.ending = true;
    this.#commit(event, active);
    this.ending = false;
    if (timeout) abort(active, timeout);
    if (this.waiters?.size && !this.active) this.#follow();
  }

  /** Does what is due, once, however late (SPEC rule 1). */
  tick(now: number): void {
    if (this.closed) return;
    this.#pass(now);
    const { active } = this;
    if (active && now >= active.deadline && active.deadline < active.timeoutAt) {
      this.active = undefined;
      this.#commit({ type: "lost" });
      abort(active);
    } else if (active && now >= active.deadline) {
      const error = new Error(`the load took longer than its timeout of ${this.limits.timeout} ms`);
      this.abandoned++;
      this.end(active, { type: "failed", failure: { error, at: now } }, error);
    } else {
      // Before a load starts, so that a listener's invalidate() is not taken for one that came during it.
      this.host.flush();
      if (now >= this.nextAttemptAt && !this.host.mode) void this.start();
    }
    disposeDue(this, now);
    this.host.update(this, now);
  }

  /** Plans the next load. */
  plan(at: number): void {
    this.nextAttemptAt = at;
    this.host.update(this, this.host.now());
  }

  hold(by: 1 | -1): void {
    this.host.hold(by);
  }

  notReady(reason: NotReadyReason, cause?: unknown): NotReadyError {
    const now = this.host.now();
    const state = stateOf(this.facts, now, this.limits.staleAfter);
    return new NotReadyError(state, reason, retryAfterOf(this.nextAttemptAt, now), cause);
  }

  /** What a new subscriber is told first; the others are told what time has done. */
  current(now: number): HealthEvent<T> {
    this.#pass(now);
    this.host.flush();
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
    const refusal = this.refusal();
    if (!refusal) return this.plan(this.host.now());
    for (const waiter of this.waiters ?? []) waiter.refuse(refusal);
  }

  /** Tells what time has done since somebody last looked. */
  #pass(now: number): void {
    const state = stateOf(this.facts, now, this.limits.staleAfter);
    if (state !== this.#told) this.#tell("transition", now, state);
  }

  #tell(type: "transition" | "load", now: number, state: State): void {
    const from = this.#told;
    this.#told = state;
    this.host.tell(this.#audience, () => this.#event(type, now, from));
  }

  /** The one way facts change: the state first, then those who wait, then the listeners. */
  #commit(event: Happening<T>, ended?: ActiveRun): void {
    const { host } = this;
    const now = host.now();
    this.#pass(now);
    const before = this.facts;
    const after = transition(before, event);
    if (after === before) return host.flush();
    this.facts = after;
    if (!Object.is(after.held?.value, before.held?.value)) {
      this.#resolved = undefined;
      if (before.held) retire(this, before.held.value, now);
      if (after.held) recall(this, after.held.value);
    }
    // A back-off that is running stays: only reload() goes past it.
    if (event.type !== "invalidate" || !after.failures) this.nextAttemptAt = this.#next(event, before, now);
    host.update(this, now);
    if (ended) for (const waiter of this.waiters ?? []) waiter.end(ended);
    const state = stateOf(after, now, this.limits.staleAfter);
    if (state !== this.#told) this.#tell("transition", now, state);
    else if (ended) this.#tell("load", now, state);
    host.flush();
  }

  #next(event: Happening<T>, before: Facts<T>, now: number): number {
    const { facts, host, limits } = this;
    if (this.closed || facts.run || host.phase !== "running") return Infinity;
    if (event.type === "lost") return now;
    if (facts.failures)
      return now + backoffOf(facts.failures, this.abandoned, limits.refreshEvery, host.clock.random());
    if (!facts.held || !before.run || before.run.invalidated) return now;
    return refreshAt(facts, before.run.startedAt, now, limits, host.clock.random());
  }
}
