import { Agenda, type Entry } from "./agenda.ts";
import { MOST_TIMER_MS, type Clock } from "./clock.ts";

/** Something with scheduled work. */
export interface Scheduled extends Entry {
  /** Updates its counts, and returns the next time at which they change without an event. */
  poll(now: number): number;
  /** Does the due work, and schedules the entry again. */
  tick(now: number): void;
}

/** The functions that the scheduler needs. */
export interface SchedulerHost {
  readonly clock: Clock;
  /** Whether to use a timer. In request mode it is false. */
  readonly hasTimer: boolean;
  /** The current time on the clock of the health. */
  now(): number;
  /** Runs a job later, in the async context of the health. A timer would run it in the context of the caller. */
  defer(job: () => void): void;
}

/** Runs due work. It uses one timer for any number of entries. */
export class Scheduler {
  readonly #host: SchedulerHost;
  readonly #agenda = new Agenda<Scheduled>();
  #overdue: Scheduled[] = [];
  /** How many callers wait. While there are any, the process stays alive. */
  #waiting = 0;
  /** When the timer fires, by monotonic time. */
  #firesAt = Infinity;
  #isKeptAlive = false;
  #isArmDue = false;
  #cancel: (() => void) | undefined;

  constructor(host: SchedulerHost) {
    this.#host = host;
  }

  /** Schedules an entry. `Infinity` removes it. */
  put(entry: Scheduled, at: number): void {
    this.#agenda.put(entry, at);
    this.arm();
  }

  /** Counts a waiting caller (+1), or the end of its wait (-1). */
  keepAlive(by: 1 | -1): void {
    this.#waiting += by;
    this.arm();
  }

  /**
   * Updates every overdue entry before an answer. The due work runs in a job after the answer (docs/reference/rules.md,
   * 1).
   */
  pollOverdue(now: number): void {
    for (let first; ;) {
      first = this.#agenda.first;
      if (!first || first.at > now) return;
      if (!this.#overdue.length) this.#host.defer(() => this.tickOverdue());
      this.#overdue.push(first);
      // It stays in the agenda until its work has run.
      this.#agenda.put(first, first.poll(now));
    }
  }

  /** Runs the work of all overdue entries at once. */
  tickOverdue(): void {
    const entries = this.#overdue;
    this.#overdue = [];
    for (const entry of entries) entry.tick(this.#host.now());
  }

  /** Sets the timer again, if necessary. */
  arm(): void {
    if (this.#isArmDue || !this.#host.hasTimer) return;
    this.#isArmDue = true;
    this.#host.defer(() => this.#arm());
  }

  #arm(): void {
    this.#isArmDue = false;
    const { clock, now } = this.#host;
    const { first } = this.#agenda;
    if (!first) return this.#disarm();
    const keepAlive = this.#waiting > 0;
    // A later time is reached in several steps.
    const delay = Math.min(Math.max(0, first.at - now()), MOST_TIMER_MS);
    const dueAt = clock.monotonic() + delay;
    // An early timer finds nothing due, and sets the next one. Only a late timer must be moved.
    if (dueAt > this.#firesAt - 1 && keepAlive === this.#isKeptAlive) return;
    this.#disarm();
    this.#firesAt = dueAt;
    this.#isKeptAlive = keepAlive;
    this.#cancel = clock.setTimer(() => this.#fire(), delay, keepAlive);
  }

  #disarm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#firesAt = Infinity;
  }

  #fire(): void {
    this.#disarm();
    this.pollOverdue(this.#host.now());
    this.tickOverdue();
    this.arm();
  }
}
