import type { ProbeAnswer } from "../../kubelet/attempt.ts";
import { createDue, type Due } from "../model/queue.ts";
import type { Simulation } from "../model/simulation.ts";

/** The counter of a check: a worker of the kubelet, or a target of a balancer. */
export interface Counter {
  /** Begins a check. Returns `false` if it sends no probe now. */
  begin(): boolean;
  /**
   * Ends a check with its result. There is no result if the check sent no probe.
   *
   * @returns whether the same result again would change only the length of a streak that is already long enough
   */
  end(answer?: ProbeAnswer): boolean;
}

/** The settings of a checker. */
export interface CheckerOptions {
  readonly simulation: Simulation;
  readonly counter: Counter;
  readonly periodMs: number;
  readonly timeoutMs: number;
  /**
   * `start`: checks start at fixed intervals, like a Go ticker. A slow check misses ticks, and at most one of them is
   * made up for. `end`: the next check comes one period after the end of the last.
   */
  readonly pace: "start" | "end";
  /** Returns what a request would get now. */
  readonly ask: () => ProbeAnswer;
  /** The time until which the replica sends no answers, in ms. 0 while it answers. */
  readonly stalledUntil: () => number;
}

/**
 * Runs a check at its own interval. It sleeps while neither the answer nor the verdict can change. When it wakes up, it
 * counts the skipped checks. The phase decides when a change is noticed, as if the checker had never slept. A streak
 * that is already long enough is not extended, because no code reads its length.
 */
export class Checker {
  readonly #options: CheckerOptions;
  readonly #due: Due;
  /** The next planned time of a check. */
  #grid = Infinity;
  /** Whether the check waits for an answer. */
  #busy = false;
  #asleep = false;
  /** Whether the last check sent a probe. During sleep: whether the skipped checks would send one. */
  #asked = false;

  constructor(options: CheckerOptions) {
    this.#options = options;
    this.#due = createDue(1, options.simulation.order(), () => (this.#busy ? this.#finish() : this.#begin()));
  }

  /** Checks at `at` and regularly afterwards. It cancels the planned check. */
  start(at: number): void {
    this.wake();
    if (this.#busy) return;
    this.#grid = at;
    this.#options.simulation.queue.put(this.#due, at);
  }

  get stopped(): boolean {
    return this.#grid === Infinity;
  }

  stop(): void {
    this.wake();
    this.#busy = false;
    this.#asleep = false;
    this.#grid = Infinity;
    this.#options.simulation.queue.put(this.#due, Infinity);
  }

  /** Wakes up after a change. It counts the skipped checks and plans the next one. */
  wake(): void {
    const { simulation, periodMs, ask, stalledUntil } = this.#options;
    const { queue } = simulation;
    if (this.#busy && stalledUntil() === 0 && ask().kind === "nothing") queue.put(this.#due, queue.now);
    if (!this.#asleep) return;
    this.#asleep = false;
    let times = this.#grid > queue.now ? 0 : Math.floor((queue.now - this.#grid) / periodMs) + 1;
    const last = this.#grid + (times - 1) * periodMs;
    if (times > 0 && last === queue.now && !queue.hasPassed(this.#due)) times -= 1;
    if (times > 0) {
      if (this.#asked) simulation.record.probes += times;
      this.#grid += times * periodMs;
    }
    queue.put(this.#due, this.#grid);
  }

  #begin(): void {
    const { simulation, counter, periodMs, timeoutMs, stalledUntil } = this.#options;
    const { now } = simulation.queue;
    if (this.#grid <= now) this.#grid += periodMs * (Math.floor((now - this.#grid) / periodMs) + 1);
    this.#asked = counter.begin();
    if (!this.#asked) return this.#next(counter.end());
    simulation.record.probes += 1;
    const stalled = stalledUntil();
    if (stalled > now) {
      this.#busy = true;
      return simulation.queue.put(this.#due, Math.min(stalled, now + timeoutMs));
    }
    this.#finish();
  }

  #finish(): void {
    this.#busy = false;
    this.#next(this.#options.counter.end(this.#options.ask()));
  }

  #next(settled: boolean): void {
    const { simulation, counter, periodMs, pace, stalledUntil } = this.#options;
    const { queue, asksEveryTime } = simulation;
    if (this.#grid === Infinity) return;
    if (pace === "end") this.#grid = queue.now + periodMs;
    const sleeps = settled && !asksEveryTime && stalledUntil() === 0 && this.#grid > queue.now;
    this.#asleep = sleeps;
    if (sleeps) this.#asked = counter.begin();
    queue.put(this.#due, sleeps ? Infinity : Math.max(queue.now, this.#grid));
  }
}
