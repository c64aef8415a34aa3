import { NO_FACTS, type Facts, type HeldValue } from "../state/facts.ts";
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
 * How a resource loads: its facts, the method that changes them (`commit`), its slot and its plan. It is the third of
 * four classes.
 */
export abstract class LoadingResource<T>
  extends WaitingResource<T>
  implements DrivenResource<T>, PartHost<T>, RunHost<T>
{
  readonly name: string;
  readonly options: CheckedOptions<T>;
  readonly limits: Limits;
  readonly slot: LoadSlot;
  // A private field can change even in a frozen resource.
  #facts: Facts<T> = NO_FACTS;
  #isClosed = false;
  /** The value as a resolved promise. It is created with the value, because a promise keeps its async context alive. */
  #resolved: Promise<T> | undefined;

  constructor(name: string, options: ResourceOptions<T>, host: Host) {
    super(host);
    this.name = name;
    this.options = toCheckedOptions(options);
    this.limits = this.options.limits;
    this.slot = new LoadSlot(this.limits);
    for (const all of partsOf(options)) all[0]?.attach(this, all);
  }

  /** The value as a resolved promise, if `get()` can return it at once. */
  protected get resolved(): Promise<T> | undefined {
    return this.#resolved;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get required(): boolean {
    return this.options.required;
  }

  get facts(): Facts<T> {
    return this.#facts;
  }

  startLoad(asked: ReloadOptions | undefined): ActiveRun | undefined {
    const { host, slot, limits } = this;
    if (slot.run || !this.#mayLoad) return undefined;
    const at = host.now();
    if (!asked && at < (this.#facts.notBefore ?? at)) return undefined;
    if (this.part?.beforeLoad()) {
      host.changed(this, at);
      return undefined;
    }
    const { clock } = host;
    const run = slot.take({
      reload: asked,
      attempt: this.#facts.failures + 1,
      startedAt: at,
      timeoutAt: clock.monotonic() + limits.timeout,
    });
    const context = contextOf(run, this.#facts, { host, deadline: Math.floor(clock.wall()) + limits.timeout });
    this.commit({ type: "start", at });
    // The load takes the slot at once. The loader is called later, in the context of the health.
    host.defer(() => {
      if (slot.run === run) void runLoad<T>(this, run, context);
      else this.#forgetAbandoned(run);
    });
    return run;
  }

  endRun(run: ActiveRun, action: ResourceAction<T>): boolean {
    if (this.slot.run !== run) {
      this.#forgetAbandoned(run);
      return false;
    }
    // After a suspension, the result may arrive before the timer has run.
    const ended = this.slot.hasTimedOut(this.host.clock) ? timedOut(this.limits, this.now()) : action;
    this.slot.run = undefined;
    this.commit(ended, run);
    this.followUp();
    run.onEnded?.();
    return ended.type === "loaded";
  }

  /** When the timer must run for it next. */
  dueAt(now: number): number {
    const loadAt = this.slot.run ? this.slot.dueAt(now, this.host.clock) : this.startsAt;
    return Math.min(loadAt, this.nextDisposalAt());
  }

  tick(now: number): void {
    const { run } = this.slot;
    // In request mode, the request of the load has ended. The lease is checked first, because a load did not fail if
    // its process was frozen past both times.
    if (run && now >= run.leaseUntil) {
      this.slot.run = undefined;
      this.commit({ type: "lost" });
      abortRun(run, undefined);
    } else if (this.slot.hasTimedOut(this.host.clock)) {
      const action = timedOut(this.limits, now);
      this.giveUp(action, action.error);
    } else if (this.announceChange(now))
      // After the listeners, so that an invalidate() in a listener does not count as one during the load.
      this.host.events.add(() => this.#startDue());
    else this.#startDue();
    this.disposeRetired(now);
    this.host.changed(this, now);
  }

  // The parts of the resource.

  resumeLoad(): void {
    void this.startLoad(this.askedByWaiters);
    this.host.changed(this, this.now());
  }

  /** No load and no wait starts any more. */
  protected end(): void {
    this.#isClosed = true;
    this.slot.nextAttemptAt = Infinity;
    this.part?.end?.();
  }

  /** Plans the next load. */
  plan(at: number): void {
    this.slot.nextAttemptAt = at;
    this.host.changed(this, this.now());
  }

  abstract snapshot(): Snapshot<T>;

  // How facts change.

  /**
   * Only this method changes facts. The order of its steps must not change (docs/reference/rules.md, 12):
   *
   * ```
   *  slot freed            by endRun() and giveUp(), before this
   *    │
   *    ▼
   *  1 elapsed time        what it changed before the action is told
   *  2 facts               transition(facts, action)
   *  3 old value           retired: disposed of after its readers
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
    this.announceChange(now);
    const before = this.#facts;
    const after = transition(before, action);
    if (after === before) return;
    this.#facts = after;
    this.#swap(before.held, after.held, now);
    const { clock } = this.host;
    const { lastStartedAt } = this.slot;
    const isRunning = this.#mayLoad;
    this.slot.update({ action, before, after, now, isRunning, random: clock.random(), lastStartedAt });
    const outcome = run && outcomeOfAction(action, before);
    if (run && outcome === "loaded") this.slot.longestLoadMs = Math.max(this.slot.longestLoadMs, now - run.startedAt);
    this.host.changed(this, now);
    if (run && outcome) {
      const isFailed = outcome !== "loaded" && outcome !== "unchanged";
      this.slot.endedRun = run.id;
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
    this.part?.afterChange?.(action, before);
  }

  /** Gives up the running load, if there is one: it timed out, or the value is unloaded. */
  giveUp(action: ResourceAction<T>, reason: unknown): void {
    const { run } = this.slot;
    this.slot.run = undefined;
    if (run) {
      run.isAbandoned = true;
      this.slot.abandoned++;
    }
    this.commit(action, run);
    if (run) abortRun(run, reason);
    this.followUp();
  }

  /** A load that was given up has ended. */
  #forgetAbandoned(run: ActiveRun): void {
    run.onEnded?.();
    // In request mode, a load whose request ended is not counted. It may still end after a freeze.
    if (!run.isAbandoned) return;
    const sooner = this.slot.noteSettled(this.#facts);
    if (sooner !== undefined && !this.slot.run && this.#mayLoad) this.plan(sooner);
  }

  /** Whether loads may start: the health is running, and the resource is not closed. */
  get #mayLoad(): boolean {
    return this.host.phase === "running" && !this.isClosed;
  }

  #swap(before: HeldValue<T> | undefined, after: HeldValue<T> | undefined, now: number): void {
    if (before && after && Object.is(before.value, after.value)) return;
    this.replaceValue(before, after, now);
    this.#resolved = after && this.host.driver.kind === "background" ? Promise.resolve(after.value) : undefined;
  }

  /** Starts a load if one is due. In request mode, only requests start loads. */
  #startDue(): void {
    if (this.host.driver.kind === "background" && this.now() >= this.startsAt) void this.startLoad(this.askedByWaiters);
  }
}
