import type { Replacing } from "../model/setup.ts";
import type { Simulation } from "../model/simulation.ts";
import { Checker } from "./checker.ts";
import { questionOf, type AskedReplica } from "./target.ts";

/**
 * The check of a platform that replaces unhealthy tasks (moby/moby daemon/health.go). The first check comes one
 * interval after the start. Each further one comes one interval after the end of the last. A pass makes the task
 * healthy and ends the start period. A failure in the start period does not count.
 */
export class Replacer {
  isHealthy = false;
  readonly #simulation: Simulation;
  readonly #replacing: Replacing;
  readonly #failed: () => void;
  readonly #judged: () => void;
  readonly #checker: Checker;
  #startedMs = 0;
  #hasPassed = false;
  #failures = 0;

  /**
   * @param failed called when the task becomes unhealthy
   * @param judged called when the task becomes healthy
   */
  constructor(
    simulation: Simulation,
    asked: AskedReplica,
    { failed, judged }: { readonly failed: () => void; readonly judged: () => void },
  ) {
    const { replacing } = simulation.resolved.setup;
    if (!replacing) throw new Error("nobody replaces here");
    this.#simulation = simulation;
    this.#replacing = replacing;
    this.#failed = failed;
    this.#judged = judged;
    const periodMs = (): number => this.#intervalMs;
    this.#checker = new Checker({
      simulation,
      counter: {
        begin: () => true,
        end: (answer = { kind: "nothing" }) => this.#count(answer.kind === "answer" && answer.status < 400),
      },
      get periodMs() {
        return periodMs();
      },
      timeoutMs: replacing.timeoutSeconds * 1_000,
      pace: "end",
      ...questionOf(asked, replacing.asks, replacing.by),
    });
  }

  /** Starts the checks of a new task. */
  begin(): void {
    const { now } = this.#simulation.queue;
    this.isHealthy = false;
    this.#hasPassed = false;
    this.#failures = 0;
    this.#startedMs = now;
    this.#checker.start(now + this.#intervalMs);
  }

  /** Returns the interval. It may be shorter during the start, until a check has passed. */
  get #intervalMs(): number {
    const { intervalSeconds, startIntervalSeconds = intervalSeconds } = this.#replacing;
    return 1_000 * (this.#isStarting ? startIntervalSeconds : intervalSeconds);
  }

  get #isStarting(): boolean {
    return !this.#hasPassed && this.#simulation.queue.now - this.#startedMs < this.#replacing.startSeconds * 1_000;
  }

  wake(): void {
    this.#checker.wake();
  }

  stop(): void {
    this.isHealthy = false;
    this.#checker.stop();
  }

  /** @returns whether the same result again would change nothing */
  #count(passes: boolean): boolean {
    const { retries } = this.#replacing;
    const wasHealthy = this.isHealthy && this.#failures === 0;
    if (passes) {
      this.#failures = 0;
      this.#hasPassed = true;
      if (!this.isHealthy) {
        this.isHealthy = true;
        this.#judged();
      }
      return wasHealthy;
    }
    if (this.#isStarting) return false;
    this.#failures += 1;
    if (this.#failures >= retries) {
      this.isHealthy = false;
      this.#failed();
    }
    return false;
  }
}
