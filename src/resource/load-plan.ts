import type { Facts } from "../state/facts.ts";
import { backoffOf, hurriedAt, refreshAt, retryMostOf, stretchedBackoffOf } from "../state/schedule.ts";
import type { RefreshSchedule } from "../state/schedule.ts";
import type { ResourceAction } from "../state/transition.ts";

/** The wait after a failure. It is stored, so that it can be planned again when a load that hung ends. */
interface PlannedRetry {
  readonly failedAt: number;
  readonly backoffMs: number;
  /** The earliest time of the next attempt after `retryLater()`. */
  readonly floorAt: number;
}

/** The facts that a plan depends on. */
export interface PlannedFrom<T> {
  readonly action: ResourceAction<T>;
  readonly before: Facts<T>;
  readonly after: Facts<T>;
  readonly now: number;
  /** Whether loads may start: the health is running, and the resource is not closed. */
  readonly isRunning: boolean;
  /** Uniform in [0, 1). */
  readonly random: number;
  /** When the last load started. */
  readonly lastStartedAt: number;
}

/** When the next load of a resource starts. */
export class LoadPlan {
  /** When the next attempt starts. `Infinity` if none is planned. */
  nextAttemptAt: number = Infinity;
  /** How many loads were given up and have not ended. */
  abandoned: number = 0;
  readonly #schedule: RefreshSchedule;
  #retry: PlannedRetry | undefined;

  constructor(schedule: RefreshSchedule) {
    this.#schedule = schedule;
  }

  /** A load that was given up has ended. Returns the new time of the retry, if it is sooner. */
  noteSettled(facts: Facts<unknown>): number | undefined {
    this.abandoned--;
    if (!this.#retry) return undefined;
    const { failedAt, backoffMs, floorAt } = this.#retry;
    const at = Math.max(failedAt + this.#stretched(backoffMs, facts), floorAt);
    return at < this.nextAttemptAt ? at : undefined;
  }

  /** Plans the next attempt after an action. */
  update<T>(from: PlannedFrom<T>): void {
    const { action, after } = from;
    const isHurry = action.type === "invalidate" || action.type === "hint";
    // A running back-off stays. Only reload() ignores it. A restored value does not change the plan.
    if (action.type === "restored" || (isHurry && after.failures)) return;
    const planned = this.nextAttemptAt;
    this.nextAttemptAt = this.#nextAt(from);
    if (isHurry && !after.run) this.nextAttemptAt = Math.min(planned, this.nextAttemptAt);
  }

  #nextAt<T>({ action, before, after, now, isRunning, random, lastStartedAt }: PlannedFrom<T>): number {
    this.#retry = undefined;
    if (!isRunning || after.run) return Infinity;
    const earliest = Math.max(now, after.notBefore ?? now);
    if (action.type === "lost") return earliest;
    if (after.failures) return this.#retryAt(after, now, random);
    if (!after.held) return earliest;
    const ended = before.run;
    if (!ended || ended.invalidated || ended.hinted)
      return Math.max(earliest, hurriedAt(lastStartedAt, this.#schedule));
    return refreshAt(after, { startedAt: ended.startedAt, endedAt: now }, this.#schedule, random);
  }

  #retryAt(facts: Facts<unknown>, now: number, random: number): number {
    const { failures, held, notBefore = now } = facts;
    const backoffMs = backoffOf(failures, retryMostOf(this.#schedule, held !== undefined), random);
    // Up to a tenth later, so that replicas do not retry all at once.
    const floorAt = Math.ceil(notBefore + ((notBefore - now) / 10) * random);
    this.#retry = { failedAt: now, backoffMs, floorAt };
    return Math.ceil(Math.max(now + this.#stretched(backoffMs, facts), floorAt));
  }

  #stretched(backoffMs: number, { held }: Facts<unknown>): number {
    return stretchedBackoffOf(backoffMs, this.abandoned, retryMostOf(this.#schedule, held !== undefined));
  }
}
