import { createDue, type Due } from "../model/queue.ts";
import type { Simulation } from "../model/simulation.ts";

/** The planned actions of one process. */
export class Plans {
  /** The end of the current stall of the event loop. */
  stalledUntil = 0;
  readonly #simulation: Simulation;
  readonly #acted: () => void;
  readonly #dues: Due[] = [];
  #isOver = false;

  /** @param acted called after each action */
  constructor(simulation: Simulation, acted: () => void) {
    this.#simulation = simulation;
    this.#acted = acted;
  }

  /** The number of actions that are prepared or planned. */
  get size(): number {
    return this.#dues.length;
  }

  /** Plans an action. During a stall it waits for the event loop. */
  after(ms: number, act: () => void): Due {
    return this.#put(this.prepare(act), ms);
  }

  /** Plans an action that does not wait for the event loop. */
  killAfter(ms: number, act: () => void): Due {
    const due: Due = this.add(() => this.#run(due, act));
    return this.#put(due, ms);
  }

  /** Prepares an action whose time is not known yet. */
  prepare(act: () => void): Due {
    const { queue } = this.#simulation;
    const due: Due = this.add(() => {
      if (queue.now < this.stalledUntil) queue.put(due, this.stalledUntil);
      else this.#run(due, act);
    });
    return due;
  }

  /** Adds an event of the process. */
  add(run: () => void): Due {
    const due = createDue(0, this.#simulation.order(), run);
    this.#dues.push(due);
    return due;
  }

  /** Runs an action at once, before its time. */
  fire(due: Due): void {
    this.#simulation.queue.put(due, Infinity);
    due.run();
  }

  forget(due: Due): void {
    this.#simulation.queue.put(due, Infinity);
    this.#remove(due);
  }

  /** Removes everything. A process that has ended plans nothing any more. */
  end(): void {
    this.#isOver = true;
    for (const due of this.#dues) this.#simulation.queue.put(due, Infinity);
    this.#dues.length = 0;
  }

  #run(due: Due, act: () => void): void {
    this.#remove(due);
    act();
    this.#acted();
  }

  /** A process has only a few actions, so that a search is faster than a set. */
  #remove(due: Due): void {
    const last = this.#dues.pop();
    if (!last || last === due) return;
    const index = this.#dues.indexOf(due);
    if (index >= 0) this.#dues[index] = last;
    else this.#dues.push(last);
  }

  #put(due: Due, ms: number): Due {
    const { queue } = this.#simulation;
    if (!this.#isOver) queue.put(due, queue.now + ms);
    return due;
  }
}
