import { NO_NOTES, type PartNotes } from "./part-notes.ts";
import type { Judgement, Part } from "./part.ts";
import { stateOf } from "../state/freshness.ts";
import { retryAfterOf } from "../state/retry-after.ts";
import { ObservedResource } from "./observed-resource.ts";
import type { EndedRun } from "./driver.ts";
import { NotReadyError, type NotReadyReason } from "./error.ts";
import { Waiters, type ReloadOptions, type WaitOptions } from "./waiters.ts";

/** The waits for a load, and the parts that make a load wait. It is the second of four classes. */
export abstract class WaitingResource<T> extends ObservedResource<T> {
  #waiters: Waiters<EndedRun> | undefined;
  #part: Part<T> | undefined;
  #notes: PartNotes = NO_NOTES;

  abstract startLoad(reload: ReloadOptions | undefined): object | undefined;
  abstract plan(at: number): void;

  /** The number of waits. */
  get waiting(): number {
    return this.#waiters?.size ?? 0;
  }

  /** The options of a waiting `reload()`, if there is one. */
  protected get askedByWaiters(): ReloadOptions | undefined {
    return this.#waiters?.reload;
  }

  /** A run ended: each waiter checks whether it can be answered. */
  protected answerWaiters(ended: EndedRun): void {
    this.#waiters?.checkAll(ended);
  }

  waitBlockedBy(): NotReadyReason | undefined {
    if (this.isClosed) return "closed";
    return this.host.phase === "draining" ? "draining" : undefined;
  }

  notReady(reason: NotReadyReason, cause?: unknown): NotReadyError {
    const now = this.host.now();
    const state = stateOf(this.facts, now, this.limits.staleAfter);
    const retryAfter = retryAfterOf(this.slot.nextAttemptAt, now);
    return new NotReadyError({ state, reason, retryAfter, resource: this.name, cause });
  }

  async wait<R>(how: WaitOptions, ask: (ended: EndedRun) => R | undefined): Promise<R> {
    const blocked = this.waitBlockedBy();
    if (blocked && (how.reload || !this.facts.held || !this.slot.run)) throw this.notReady(blocked);
    this.#waiters ??= new Waiters<EndedRun>(this.host.scheduler, this);
    const promise = this.#waiters.add(how, ask);
    // If each end of a load starts the next one, the next load waits for a timer, so that the process does not hang.
    if (this.slot.run) return promise;
    if (this.isPrinting || this.host.events.isTelling) this.followUp();
    else void this.startLoad(this.#waiters.reload);
    return promise;
  }

  /** No load starts any more. A running load may finish. A wait for another load rejects. */
  drain(): void {
    this.#part?.end?.();
    this.plan(Infinity);
    if (!this.slot.run) this.#waiters?.rejectAll("draining");
    else if (!this.facts.held) this.#waiters?.rejectAll("draining", "no-reload");
  }

  /** The remaining waits need one more load. A timer starts it, so that repeated loads do not block the process. */
  protected followUp(): void {
    if (!this.#waiters?.size || this.slot.run) return;
    const blocked = this.waitBlockedBy();
    if (blocked) this.#waiters.rejectAll(blocked);
    else this.plan(Math.max(this.host.now(), (this.#waiters.reload ? undefined : this.facts.notBefore) ?? -Infinity));
  }

  /** The notes of the parts for a snapshot. */
  get notes(): PartNotes {
    return this.#notes;
  }

  /** The parts as one. */
  get part(): Part<T> | undefined {
    return this.#part;
  }

  attach(part: Part<T>): void {
    this.#part = part;
  }

  note(facts: Partial<PartNotes>): void {
    this.#notes = { ...this.#notes, ...facts };
  }

  flush(): Promise<unknown> {
    return Promise.allSettled([this.told, this.#part?.flush?.()]);
  }

  /** Removes what the stores hold, or lets them hold the value again. */
  judgeStored(how: Judgement): void {
    if (!this.isClosed) this.#part?.judge?.(how);
  }

  /** When the next load starts, or a part is asked again. */
  protected get startsAt(): number {
    return this.#part?.heldUntil ?? this.slot.nextAttemptAt;
  }
}
