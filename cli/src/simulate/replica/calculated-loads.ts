import type { Setup } from "../model/setup.ts";
import type { Simulation } from "../model/simulation.ts";
import { REFUSAL_MS } from "../world/source.ts";
import type { Rhythm } from "./rhythm.ts";

/** What the loads of a process need. */
export interface LoadsHost {
  readonly simulation: Simulation;
  readonly chance: () => number;
  readonly libraryChance: () => number;
}

/** How far loads are counted. Times are in ms. */
export interface Reach {
  /** Loads that start before this time are counted. */
  readonly untilMs: number;
  /** A load that ends at this time or later is left running. */
  readonly edgeMs: number;
  /** The load that starts at this time or later is not counted, because the library must play it. */
  readonly lastMs: number;
}

/** The loads of one process, one after the other, with the random numbers of a real one. */
export class CalculatedLoads {
  /** The start of the next load. `Infinity` while a load runs. */
  nextAt = Infinity;
  /** When the next load was planned. */
  plannedAt = 0;
  /** The start of the last load. */
  startedAt = 0;
  /** The end of the running load. `Infinity` if none runs. */
  #endsAt = Infinity;
  readonly #host: LoadsHost;
  readonly #ms: number;
  readonly #spread: number;

  constructor(host: LoadsHost) {
    this.#host = host;
    const { load }: Setup = host.simulation.resolved.setup;
    // None of them is the first load of its process.
    this.#ms = (load.refreshSeconds ?? load.firstSeconds) * 1_000;
    this.#spread = load.spread ?? 0.1;
  }

  /** Plans the next load. */
  plan(plannedAt: number, nextAt: number): void {
    this.plannedAt = plannedAt;
    this.nextAt = nextAt;
  }

  /** Delays the start or end of a load that would come before this time. */
  delayTo(atMs: number): void {
    if (this.nextAt < atMs) this.nextAt = atMs;
    if (this.#endsAt < atMs) this.#endsAt = atMs;
  }

  /** Plans nothing any more, and returns the end of the running load. `Infinity` if none runs. */
  stop(): number {
    const endsAt = this.#endsAt;
    this.nextAt = Infinity;
    this.#endsAt = Infinity;
    return endsAt;
  }

  /** Counts loads. Returns when the library must be woken, if that comes first. */
  count(rhythm: Rhythm, fails: boolean, { untilMs, edgeMs, lastMs }: Reach): number | undefined {
    const { simulation, libraryChance } = this.#host;
    const { retryMostMs } = rhythm;
    for (;;) {
      const endedAt = this.#endsAt;
      if (endedAt < Infinity) {
        if (endedAt >= edgeMs) return undefined;
        simulation.record.load(-1, endedAt);
        this.#endsAt = Infinity;
        const draw = libraryChance();
        const nextAt = fails
          ? endedAt + rhythm.retryAfter(retryMostMs, draw)
          : rhythm.refreshAt(this.startedAt, endedAt, draw);
        this.plan(endedAt, nextAt);
      }
      if (this.nextAt >= untilMs) return undefined;
      if (this.nextAt >= lastMs) return this.nextAt;
      this.begin(this.nextAt, fails);
    }
  }

  /** Begins a load. The library draws when it starts a load, and when it plans the next. */
  begin(startedAt: number, fails: boolean): void {
    const { simulation, chance, libraryChance } = this.#host;
    libraryChance();
    const took = Math.round(this.#ms * (1 + this.#spread * (2 * chance() - 1)));
    simulation.record.load(1, startedAt);
    this.startedAt = startedAt;
    this.#endsAt = startedAt + (fails ? Math.min(REFUSAL_MS, took) : took);
    this.nextAt = Infinity;
  }
}
