import { NO_FACTS, type Facts, type HeldValue, type RejectedRevision } from "../state/facts.ts";
import { outcomeOfAction, transition, type ResourceAction } from "../state/transition.ts";
import { abortRun, figuresOf, type ActiveRun } from "./active-run.ts";
import type { DrivenResource } from "./driver.ts";
import type { Host } from "./host.ts";
import { contextOf } from "./load-context.ts";
import { LoadSlot } from "./load-slot.ts";
import { partsOf, toCheckedOptions, type CheckedOptions, type Limits, type ResourceOptions } from "./options.ts";
import { runLoad, timedOut, type RunHost } from "./run-load.ts";
import type { PartHost } from "./part.ts";
import { WaitingResource } from "./waiting-resource.ts";
import type { Snapshot } from "./snapshot.ts";
import type { ReloadOptions } from "./waiters.ts";

/**
 * How a resource loads: its facts, the method that changes them (`commit`), its slot, its plan and its waits. It is the
 * third of four classes.
 */
export abstract class LoadingResource<T>
  extends WaitingResource<T>
  implements DrivenResource<T>, PartHost<T>, RunHost<T>
{
  readonly name: string;
  readonly options: CheckedOptions<T>;
  #facts: Facts<T> = NO_FACTS;
  readonly slot: LoadSlot;
  #longestLoadMs = 0;
  #isTelling = false;
  #isClosed = false;
  /** The value as a resolved promise. It is created with the value, because a promise keeps its async context alive. */
  #resolved: Promise<T> | undefined;

  constructor(name: string, options: ResourceOptions<T>, host: Host) {
    super(host);
    this.name = name;
    const checked = toCheckedOptions(options);
    this.options = checked;
    this.slot = new LoadSlot(checked.limits);
    const given = partsOf(options);
    if (given.length) {
      const load = this.attachAll(given.flatMap((all) => all[0]?.attach(this, all) ?? []));
      if (load) this.options = { ...checked, load };
    }
  }

  /** The value as a resolved promise, if `get()` can return it at once. */
  protected get resolved(): Promise<T> | undefined {
    return this.#resolved;
  }

  get required(): boolean {
    return this.options.required;
  }

  get limits(): Limits {
    return this.options.limits;
  }

  get facts(): Facts<T> {
    return this.#facts;
  }

  get held(): HeldValue<T> | undefined {
    return this.#facts.held;
  }

  get rejected(): RejectedRevision | undefined {
    return this.#facts.rejected;
  }

  get nextAttemptAt(): number {
    return this.slot.nextAttemptAt;
  }

  get abandoned(): number {
    return this.slot.abandoned;
  }

  /** The duration of the longest successful load, in ms. */
  get longestLoadMs(): number {
    return this.#longestLoadMs;
  }

  get isTelling(): boolean {
    return this.#isTelling;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  isRunning(run: ActiveRun): boolean {
    return this.slot.run === run;
  }

  startLoad(asked: ReloadOptions | undefined): Promise<void> | undefined {
    const host = this.host;
    if (this.slot.run || this.#isClosed || host.phase !== "running") return undefined;
    const at = this.now();
    const reload = asked ?? this.slot.askedReload;
    if (!reload && at < (this.#facts.notBefore ?? at)) return undefined;
    if (this.isHeldByParts()) {
      host.changed(this, at);
      return undefined;
    }
    let onEnded: (() => void) | undefined;
    const whenEnded =
      host.driver.kind === "request" ? new Promise<void>((resolve) => (onEnded = resolve)) : Promise.resolve();
    const timeoutAt = this.clock.monotonic() + this.limits.timeout;
    const attempt = this.#facts.failures + 1;
    const run = this.slot.take({ reload, attempt, startedAt: at, timeoutAt, onEnded });
    const context = contextOf(run, this.#facts, {
      toWall: (instant) => this.host.toWall(instant),
      deadline: Math.floor(this.clock.wall()) + this.limits.timeout,
    });
    this.commit({ type: "start", at });
    // The load takes the slot at once. The loader is called later, in the context of the health.
    host.defer(() => {
      if (this.isRunning(run)) void runLoad<T>(this, run, context);
      else this.#forgetAbandoned(run);
    });
    return whenEnded;
  }

  endRun(run: ActiveRun, action: ResourceAction<T>): boolean {
    if (!this.isRunning(run)) {
      this.#forgetAbandoned(run);
      return false;
    }
    // After a suspension, the result may arrive before the timer has run.
    const isLate = this.clock.monotonic() >= run.timeoutAt;
    const ended = isLate ? timedOut(this.limits, this.now()) : action;
    this.#end(ended, run);
    run.onEnded?.();
    return ended.type === "loaded";
  }

  /** When the timer must run for it next. */
  dueAt(now: number): number {
    const loadAt = this.slot.run ? this.slot.dueAt(now, this.clock) : this.startsAt;
    return Math.min(loadAt, this.nextDisposalAt());
  }

  tick(now: number): void {
    const { run } = this.slot;
    // The lease first, because a process that was frozen past both has not failed.
    if (run && now >= run.leaseUntil) this.#lose(run);
    else if (this.slot.hasTimedOut(this.clock)) {
      const action = timedOut(this.limits, now);
      this.giveUp(action, action.error);
    } else if (this.announceTime(now))
      // After the listeners, so that an invalidate() in a listener does not count as one during the load.
      this.host.events.add(() => this.#startDue());
    else this.#startDue();
    this.disposeRetired(now);
    this.host.changed(this, now);
  }

  /** Plans no load. */
  planNone(): void {
    this.slot.set(Infinity);
  }

  // The parts of the resource.

  resumeLoad(): void {
    void this.startLoad(this.askedByWaiters);
    this.host.changed(this, this.now());
  }

  apply(action: ResourceAction<T> & { readonly type: "restored" | "hint" }): void {
    this.commit(action);
  }

  /** No load and no wait starts any more. */
  protected end(): void {
    this.#isClosed = true;
    this.planNone();
    this.endParts();
  }

  /** Plans the next load. */
  plan(at: number): void {
    this.slot.set(at);
    this.host.changed(this, this.now());
  }

  abstract snapshot(): Snapshot<T>;

  // How facts change.

  /**
   * Only this method changes facts. The order of its steps must not change (docs/reference/rules.md, 12):
   *
   * ```
   *  slot freed            by #end() and giveUp(), before this
   *    │
   *    ▼
   *  1 time told           what time alone did before the action
   *  2 facts               transition(facts, action)
   *  3 old value           out of use: to be disposed of after its readers
   *  4 next attempt        planned from the new facts
   *  5 counts              readiness, startup and the timer
   *  6 waiters             get(), reload(): answered or refused
   *  7 listeners           told by the event queue, later
   *    │
   *    ▼
   *  signal aborted        by giveUp(), after this: the loader that hears it may call back
   * ```
   */
  commit(action: ResourceAction<T>, run?: ActiveRun): void {
    const now = this.now();
    this.announceTime(now);
    const before = this.#facts;
    const after = transition(before, action);
    if (after === before) return;
    this.#facts = after;
    this.#swap(before, after, now);
    const { phase, clock } = this.host;
    const isRunning = phase === "running" && !this.#isClosed;
    const { lastStartedAt } = this.slot;
    this.slot.update({ action, before, after, now, isRunning, random: clock.random(), lastStartedAt });
    this.host.changed(this, now);
    const outcome = run && outcomeOfAction(action, before);
    if (run && outcome) {
      const isFailed = outcome !== "loaded" && outcome !== "unchanged";
      this.slot.noteEnded(run);
      this.answerWaiters({ id: run.id, isFailed, startedAt: run.startedAt });
      this.tellRejection(action, before);
    }
    // Waiters for any value have one now. The load continues, or starts now.
    if (action.type === "restored") this.answerWaiters({ id: 0, isFailed: false, startedAt: now });
    const spokenOf = "revision" in action ? action.revision : undefined;
    const revision = action.type === "failed" ? spokenOf : (spokenOf ?? after.held?.revision);
    const ended = run && outcome && { outcome, ...figuresOf(run, this.limits, clock), revision };
    this.announceChange(now, ended);
    if (ended) this.printEnd(now);
    this.tellParts(action, before);
  }

  /** The load that has the slot has ended. */
  #end(action: ResourceAction<T>, run: ActiveRun): void {
    const isTelling = this.#isTelling;
    this.slot.free();
    this.#isTelling = true;
    this.commit(action, run);
    this.#isTelling = isTelling;
    this.followUp();
  }

  /** Gives up the running load, if there is one: it timed out, or the value is unloaded. */
  giveUp(action: ResourceAction<T>, reason: unknown): void {
    const run = this.slot.free();
    if (run) {
      run.isAbandoned = true;
      this.slot.noteAbandoned();
    }
    const isTelling = this.#isTelling;
    this.#isTelling = true;
    this.commit(action, run);
    this.#isTelling = isTelling;
    if (run) abortRun(run, reason);
    this.followUp();
  }

  /** In request mode: the request of the load has ended. */
  #lose(run: ActiveRun): void {
    this.slot.free();
    this.commit({ type: "lost" });
    abortRun(run, undefined);
    // Its promise is not resolved, because on Workers it belongs to the request that has ended. That request checks the
    // slot.
  }

  /** A load that was given up has ended. */
  #forgetAbandoned(run: ActiveRun): void {
    run.onEnded?.();
    // In request mode, a load whose request ended is not counted. It may still end after a freeze.
    if (!run.isAbandoned) return;
    const sooner = this.slot.noteSettled(this.#facts);
    if (sooner !== undefined && !this.slot.run && !this.#isClosed && this.host.phase === "running") this.plan(sooner);
  }

  #swap(before: Facts<T>, { held, generation, run }: Facts<T>, now: number): void {
    const isSame = held !== undefined && before.held !== undefined && Object.is(held.value, before.held.value);
    if (held && generation !== before.generation && before.run && !run)
      this.#longestLoadMs = Math.max(this.#longestLoadMs, now - before.run.startedAt);
    if (isSame) return;
    this.replaceValue(before.held, held, now);
    this.#resolved = held && this.host.driver.kind === "background" ? Promise.resolve(held.value) : undefined;
  }

  /** Starts a load if one is due. In request mode, only requests start loads. */
  #startDue(): void {
    if (this.host.driver.kind === "background" && this.now() >= this.startsAt) void this.startLoad(this.askedByWaiters);
  }
}
