import type { Clock, Health, Probe } from "health-state";
import type { Due } from "../model/queue.ts";
import type { Simulation } from "../model/simulation.ts";
import type { Plans } from "./plans.ts";
import { createService, type Data, type LoadAsk } from "./service.ts";
import { statusOf, viewOf, type View } from "./view.ts";

/** The part of a process that its library uses. */
export interface LibraryHost {
  readonly simulation: Simulation;
  readonly replica: number;
  /** The random numbers of the library. */
  readonly chance: () => number;
  readonly plans: Plans;
  readonly load: (ask: LoadAsk) => Promise<Data>;
}

/** The real library of one process, on the shared virtual time. It does nothing until it is started. */
export class Library {
  /** How far its clock is behind, in ms. */
  shiftMs = 0;
  /** Its last random number. */
  lastDraw = 0;
  readonly #host: LibraryHost;
  readonly #timers = new Set<Due>();
  #health: Health | undefined;
  /** Whether it plays a start in no time, so that it can go on from there. */
  #isCatchingUp = false;

  constructor(host: LibraryHost) {
    this.#host = host;
  }

  get isStarted(): boolean {
    return this.#health !== undefined;
  }

  /** Its only timer. `undefined` if it has none or several. */
  get timer(): Due | undefined {
    const [timer, ...more] = this.#timers;
    return more.length > 0 ? undefined : timer;
  }

  /** Creates the health of the process and starts it. */
  start(): void {
    const { simulation, replica } = this.#host;
    const load = (ask: LoadAsk): Promise<Data> =>
      this.#isCatchingUp ? Promise.resolve({ isBad: false }) : this.#host.load(ask);
    this.#health = createService({ simulation, replica, clock: this.#clock(), load });
    this.#health.start();
  }

  /**
   * Starts with a load that takes no time and is not counted. Then the time passes until its next load, which starts
   * now.
   *
   * @param waitMs how long after its start the library plans its next load
   */
  catchUp(waitMs: number): void {
    this.#isCatchingUp = true;
    this.start();
    this.#passUntil(this.#host.simulation.queue.now + waitMs);
  }

  /**
   * Lets the time pass until the timer for the next load fires, which is now. Before that, it may fire at the timeout
   * of the last load: nothing is due then, and it is set anew.
   */
  #passUntil(loadAt: number): void {
    const { simulation, plans } = this.#host;
    simulation.afterStart(() => {
      const { timer } = this;
      const isForLoad = !timer || timer.at - this.shiftMs >= loadAt;
      if (isForLoad) this.#isCatchingUp = false;
      if (!timer) return;
      if (isForLoad) return this.fireNow(timer, timer.at);
      this.shiftMs += simulation.queue.now - timer.at;
      plans.fire(timer);
      this.#passUntil(loadAt);
    });
  }

  /** Fires a timer now, as if no time had passed since the time for which it was planned. */
  fireNow(timer: Due, plannedAt: number): void {
    const { queue } = this.#host.simulation;
    this.shiftMs += queue.now - plannedAt;
    queue.put(timer, queue.now);
  }

  /** Reads its current answers. */
  view(): View | undefined {
    return this.#health && viewOf(this.#health, this.#host.simulation.fleetStore !== undefined);
  }

  /** Returns the status of its answer to a probe. */
  statusOf(probe: Probe): number | undefined {
    return this.#health && statusOf(this.#health, probe);
  }

  drain(): void {
    this.#health?.drain();
  }

  /** Closes the health. The last beat tells the fleet at once that this replica is gone. */
  close(): void {
    void this.#health?.close();
  }

  #clock(): Clock {
    const { simulation, chance, plans } = this.#host;
    const { queue } = simulation;
    return {
      wall: () => queue.now - this.shiftMs,
      monotonic: () => queue.now - this.shiftMs,
      random: () => (this.#isCatchingUp ? 0.5 : (this.lastDraw = chance())),
      setTimer: (callback, delayMs) => {
        const due = plans.after(delayMs, () => {
          this.#timers.delete(due);
          callback();
        });
        this.#timers.add(due);
        return () => {
          this.#timers.delete(due);
          plans.forget(due);
        };
      },
    };
  }
}
