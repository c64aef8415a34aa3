import { AHEAD_MS } from "../model/load-tally.ts";
import { createDue, type Due } from "../model/queue.ts";
import type { Simulation } from "../model/simulation.ts";

/** A process whose loads can be counted ahead of time. */
export interface Steadily {
  /** Counts everything before `untilMs`. */
  advance(untilMs: number): void;
  /** Counts everything before now. */
  countToNow(): void;
}

const OF = new WeakMap<Simulation, Ahead>();

/** Regularly counts the loads of all steady replicas, a little ahead of time. */
export class Ahead {
  /** The time until which all loads are counted. */
  untilMs = 0;
  readonly #steady = new Set<Steadily>();
  /** Processes that end soon. They are not counted ahead. */
  readonly #ending = new Set<Steadily>();
  readonly #simulation: Simulation;
  readonly #due: Due;

  private constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#due = createDue(0, simulation.order(), () => this.#move());
    this.#move();
  }

  /** Returns the instance of a simulation, which all its replicas share. */
  static of(simulation: Simulation): Ahead {
    const known = OF.get(simulation) ?? new Ahead(simulation);
    OF.set(simulation, known);
    return known;
  }

  /** Adds a process. */
  add(steady: Steadily): void {
    this.#steady.add(steady);
    steady.advance(this.untilMs);
  }

  /** The process does not change any more until it ends, but nobody knows when. */
  end(steady: Steadily): void {
    this.#steady.delete(steady);
    this.#ending.add(steady);
  }

  delete(steady: Steadily): void {
    this.#steady.delete(steady);
    this.#ending.delete(steady);
  }

  /** Counts everything before now, because it cannot be counted later. */
  countToNow(): void {
    for (const steady of this.#ending) steady.countToNow();
  }

  #move(): void {
    const { queue, record, resolved } = this.#simulation;
    this.countToNow();
    record.foldLoads(queue.now);
    this.untilMs = Math.min(queue.now + AHEAD_MS, resolved.untilMs);
    for (const steady of this.#steady) steady.advance(this.untilMs);
    if (this.untilMs < resolved.untilMs) queue.put(this.#due, this.untilMs);
  }
}
