import type { Probe } from "health-state";
import type { Clock, Health } from "health-state";
import type { ProbeAnswer } from "../../kubelet/attempt.ts";
import { createDue, type Due } from "../model/queue.ts";
import type { Simulation } from "../model/simulation.ts";
import { loadOutcomeOf } from "../world/source.ts";
import type { EndedLoad } from "./rhythm.ts";
import { createService, type Data, type LoadAsk } from "./service.ts";
import { Steady } from "./steady.ts";
import { isSame, NOBODY, PATHS, SILENT, viewOf, type View } from "./view.ts";

/** The settings of a process: its name and its random numbers. */
export interface ProcessOptions {
  readonly simulation: Simulation;
  readonly replica: number;
  /** The random numbers around the library: how long a load takes, and when a stall begins. */
  readonly chance: () => number;
  /** The random numbers of the library. They are separate, so that they do not affect other numbers. */
  readonly libraryChance: () => number;
  /** Called after each event that may have changed the view. */
  readonly changed: () => void;
  /** Called when the process has ended. */
  readonly ended: () => void;
}

/** One process: the real health with one resource, on the shared virtual time. */
export class Process {
  view: View = SILENT;
  alive = true;
  readonly #options: ProcessOptions;
  readonly #simulation: Simulation;
  /** All planned events. They are removed when the process ends. */
  readonly #dues = new Set<Due>();
  readonly #stall: Due;
  #health: Health | undefined;
  readonly #steady: Steady;
  /** The timers of the library. */
  readonly #timers = new Set<Due>();
  #stalledUntil = 0;
  #loads = 0;
  /** The last ended load, until it is handled. */
  #ended: EndedLoad | undefined;
  #failures = 0;
  /** The start of the last successful load. */
  #loadedAt = 0;
  #isTerminating = false;

  constructor(options: ProcessOptions) {
    this.#options = options;
    this.#simulation = options.simulation;
    this.#steady = new Steady(options, () => this.#stall.at);
    this.#stall = this.#plan(() => this.#beginStall());
    this.#after(this.#simulation.resolved.bootMs, () => this.#boot());
  }

  /** Reads the current answers of the library. */
  observe(): void {
    if (!this.alive || !this.#health) return;
    this.#observe();
    const ended = this.#ended;
    this.#ended = undefined;
    const [timer, ...more] = this.#timers;
    if (!ended || !timer || more.length > 0 || this.#loads > 0 || this.#isTerminating || this.#dues.size > 2) return;
    if (this.view.stalledUntil > 0 || this.view.data !== (ended.failures > 0 ? "stale" : "fresh") || this.#mayBeKilled)
      return;
    this.#steady.begin(ended, timer, this.#simulation.queue.now - this.#loadedAt);
  }

  /** Whether a check that can kill the process fails now. */
  get #mayBeKilled(): boolean {
    const { probes, replacing } = this.#simulation.resolved.setup;
    const asked = [probes.liveness?.asks, probes.startup?.asks, replacing?.asks];
    return asked.some((probe) => probe !== undefined && this.view.status[probe] !== 200);
  }

  #observe(): void {
    if (!this.#health) return;
    const stalledUntil = this.#stalledUntil > this.#simulation.queue.now ? this.#stalledUntil : 0;
    const { view } = this;
    if (stalledUntil > 0) {
      if (view.stalledUntil === stalledUntil) return;
      this.view = { ...view, stalledUntil };
    } else {
      const seen = viewOf(this.#health, this.#simulation.fleetStore !== undefined);
      if (isSame(seen, view)) return;
      this.view = seen;
      this.#simulation.fleetCounter.set(this.#options.replica, seen.fleet);
    }
    this.#options.changed();
  }

  /** Whether a connection is accepted. The kernel accepts it even while the event loop is blocked. */
  get accepts(): boolean {
    return this.view.listening;
  }

  /** Returns the answer to a probe now. With `everyProbe`, it asks the library each time. */
  ask(probe: Probe): ProbeAnswer {
    const { view } = this;
    if (!view.listening || view.stalledUntil > 0) return { kind: "nothing" };
    if (!this.#simulation.asksEveryTime) return { kind: "answer", status: view.status[probe], bodyBroke: false };
    const answer = this.#health?.ask("GET", PATHS[probe], undefined, NOBODY);
    this.#simulation.markChanged(this);
    return answer ? { kind: "answer", status: answer.status, bodyBroke: false } : { kind: "nothing" };
  }

  /**
   * Runs the preStop hook, SIGTERM, and SIGKILL after the grace. The drain is like `drainOnSignal()`: readiness answers
   * 503, the process continues to serve, and then it ends.
   */
  terminate(): void {
    const { drainMs, graceMs, preStopMs } = this.#simulation.resolved;
    if (!this.alive) return;
    this.#isTerminating = true;
    this.#steady.stop();
    if (!this.#health) return this.#end();
    this.#after(graceMs, () => this.#end(), true);
    this.#after(preStopMs, () => {
      this.#health?.drain();
      this.#simulation.markChanged(this);
      this.#after(drainMs, () => {
        // The last beat tells the fleet at once that this replica is gone.
        if (this.#simulation.fleetStore) void this.#health?.close();
        this.#end();
      });
    });
  }

  #boot(): void {
    const { queue, resolved } = this.#simulation;
    const { chance } = this.#options;
    const clock: Clock = {
      wall: () => queue.now - this.#steady.shiftMs,
      monotonic: () => queue.now - this.#steady.shiftMs,
      random: () => (this.#steady.lastDraw = this.#options.libraryChance()),
      setTimer: (callback, delayMs) => {
        const due = this.#after(delayMs, () => {
          this.#timers.delete(due);
          callback();
        });
        this.#timers.add(due);
        return () => {
          this.#timers.delete(due);
          this.#forget(due);
        };
      },
    };
    const { replica } = this.#options;
    this.#health = createService({ simulation: this.#simulation, replica, clock, load: (ask) => this.#load(ask) });
    this.#health.start();
    this.#simulation.markChanged(this);
    const { stall } = resolved.setup;
    if (stall) queue.put(this.#stall, queue.now + Math.round(stall.everySeconds * 1_000 * (0.5 + chance())));
  }

  #load({ signal, first, kind }: LoadAsk): Promise<Data> {
    const { queue, record, resolved, fleetCounter } = this.#simulation;
    const { replica, chance } = this.#options;
    const outcome = loadOutcomeOf(resolved.setup, replica, first, queue.now, chance);
    const { ms } = outcome;
    const isGood = outcome.ends === "good" && kind !== "failing";
    if (kind !== "good") fleetCounter.reach(replica);
    this.#loads += 1;
    record.load(1, queue.now);
    const startedAt = queue.now;
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.#loads -= 1;
        record.load(-1, queue.now);
        this.#failures = isGood ? 0 : this.#failures + 1;
        if (isGood) this.#loadedAt = startedAt;
        this.#ended = { startedAt, endedAt: queue.now, failures: this.#failures };
        if (isGood) resolve({ isBad: kind === "rejected" });
        else reject(new Error(outcome.ends === "good" ? "the revision cannot be read" : "the source is down"));
      };
      const due = ms === Infinity ? undefined : this.#after(ms, end);
      // Only a load that may reach its timeout gets a listener, because a listener is expensive.
      if (ms >= 60_000)
        signal.addEventListener("abort", () => {
          if (due) this.#forget(due);
          this.#loads -= 1;
          record.load(-1, queue.now);
          reject(signal.reason);
        });
    });
  }

  #beginStall(): void {
    const { queue, resolved } = this.#simulation;
    const { stall } = resolved.setup;
    if (!stall) return;
    const ms = Math.round(stall.seconds * 1_000);
    this.#stalledUntil = queue.now + ms;
    this.#simulation.markChanged(this);
    this.#after(ms, () => this.#simulation.markChanged(this));
    const every = stall.everySeconds * 1_000 * (0.5 + this.#options.chance());
    queue.put(this.#stall, queue.now + ms + Math.round(every));
  }

  #end(): void {
    if (!this.alive) return;
    const { queue, record, fleetCounter } = this.#simulation;
    this.alive = false;
    fleetCounter.set(this.#options.replica, undefined);
    this.#steady.stop();
    for (const due of this.#dues) queue.put(due, Infinity);
    this.#dues.clear();
    for (; this.#loads > 0; this.#loads -= 1) record.load(-1, queue.now);
    this.view = SILENT;
    this.#options.ended();
  }

  /** Plans an action. During a stall it waits for the event loop, unless it is a kill. */
  #after(ms: number, act: () => void, kill = false): Due {
    const { queue } = this.#simulation;
    const due = this.#plan(() => {
      if (!kill && queue.now < this.#stalledUntil) return queue.put(due, this.#stalledUntil);
      this.#dues.delete(due);
      act();
      this.#simulation.markChanged(this);
    });
    // A process that has ended plans nothing any more.
    if (this.alive) queue.put(due, queue.now + ms);
    return due;
  }

  #plan(run: () => void): Due {
    const due = createDue(0, this.#simulation.order(), run);
    this.#dues.add(due);
    return due;
  }

  #forget(due: Due): void {
    this.#simulation.queue.put(due, Infinity);
    this.#dues.delete(due);
  }
}
