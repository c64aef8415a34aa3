import type { Met } from "../probers/kubelet-attempt.ts";
import { createDue, type Due } from "./queue.ts";
import type { Stage } from "./stage.ts";

/** What a check counts with: a worker of the kubelet, or a balancer's target. */
export interface Counter {
  /** Begins a check; `false` where it asks nothing now. */
  begin(): boolean;
  /**
   * Ends it with what it met; without, where it asked nothing.
   *
   * @returns whether the same again would change nothing but the length of a streak that is long enough
   */
  end(met?: Met): boolean;
}

/** What a checker checks, and how often. */
export interface CheckerOptions {
  readonly stage: Stage;
  readonly counter: Counter;
  readonly periodMs: number;
  readonly timeoutMs: number;
  /**
   * `start`: as Go's ticker, on a grid; a check that takes longer swallows points of it, and at most one is
   * kept. `end`: the next check comes one period after the end of the last.
   */
  readonly pace: "start" | "end";
  /** What a request meets now. */
  readonly meet: () => Met;
  /** Until when whoever is asked answers nobody; 0 where it answers. */
  readonly stalledUntil: () => number;
}

/**
 * Asks at its own pace. While neither the answer nor the verdict can change it sleeps, and when it is woken it
 * counts what it would have asked: the phase decides when a change is noticed, as if it had never slept. A
 * streak that is long enough already is not counted on, for nothing looks at how long it is.
 */
export class Checker {
  readonly #options: CheckerOptions;
  readonly #due: Due;
  /** The next point that has not come. */
  #grid = Infinity;
  /** Waiting for an answer. */
  #busy = false;
  #asleep = false;
  /** Whether the last check asked; while it sleeps, whether those would ask that it sleeps through. */
  #asked = false;

  constructor(options: CheckerOptions) {
    this.#options = options;
    this.#due = createDue(1, options.stage.order(), () => (this.#busy ? this.#finish() : this.#begin()));
  }

  /** Checks at `at`, and from there on; what was planned is planned no more. */
  start(at: number): void {
    this.wake();
    if (this.#busy) return;
    this.#grid = at;
    this.#options.stage.queue.put(this.#due, at);
  }

  get stopped(): boolean {
    return this.#grid === Infinity;
  }

  stop(): void {
    this.wake();
    this.#busy = false;
    this.#asleep = false;
    this.#grid = Infinity;
    this.#options.stage.queue.put(this.#due, Infinity);
  }

  /** Something changed: what was slept through is counted, and the next check comes when it is due. */
  wake(): void {
    const { stage, periodMs, meet, stalledUntil } = this.#options;
    const { queue } = stage;
    if (this.#busy && stalledUntil() === 0 && meet().kind === "nothing") queue.put(this.#due, queue.now);
    if (!this.#asleep) return;
    this.#asleep = false;
    let times = this.#grid > queue.now ? 0 : Math.floor((queue.now - this.#grid) / periodMs) + 1;
    const last = this.#grid + (times - 1) * periodMs;
    if (times > 0 && last === queue.now && !queue.hasPassed(this.#due)) times -= 1;
    if (times > 0) {
      if (this.#asked) stage.record.probes += times;
      this.#grid += times * periodMs;
    }
    queue.put(this.#due, this.#grid);
  }

  #begin(): void {
    const { stage, counter, periodMs, timeoutMs, stalledUntil } = this.#options;
    const { now } = stage.queue;
    if (this.#grid <= now) this.#grid += periodMs * (Math.floor((now - this.#grid) / periodMs) + 1);
    this.#asked = counter.begin();
    if (!this.#asked) return this.#next(counter.end());
    stage.record.probes += 1;
    const stalled = stalledUntil();
    if (stalled > now) {
      this.#busy = true;
      return stage.queue.put(this.#due, Math.min(stalled, now + timeoutMs));
    }
    this.#finish();
  }

  #finish(): void {
    this.#busy = false;
    this.#next(this.#options.counter.end(this.#options.meet()));
  }

  #next(settled: boolean): void {
    const { stage, counter, periodMs, pace, stalledUntil } = this.#options;
    const { queue, walks } = stage;
    if (this.#grid === Infinity) return;
    if (pace === "end") this.#grid = queue.now + periodMs;
    const sleeps = settled && !walks && stalledUntil() === 0 && this.#grid > queue.now;
    this.#asleep = sleeps;
    if (sleeps) this.#asked = counter.begin();
    queue.put(this.#due, sleeps ? Infinity : Math.max(queue.now, this.#grid));
  }
}
