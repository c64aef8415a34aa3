import type { Probe } from "health-state";
import { answerWith, NO_ANSWER, type ProbeAnswer } from "../../kubelet/attempt.ts";
import type { Due } from "../model/queue.ts";
import type { Simulation } from "../model/simulation.ts";
import { loadOutcomeOf } from "../world/source.ts";
import { Plans } from "./plans.ts";
import type { EndedLoad } from "./rhythm.ts";
import { Library } from "./library.ts";
import type { Data, LoadAsk } from "./service.ts";
import { Steady } from "./steady.ts";
import { isSame, SILENT, type View } from "./view.ts";

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

/** One process: the real health with one resource, on the shared virtual time. `steady.ts` may stand in for it. */
export class Process {
  view: View = SILENT;
  alive = true;
  readonly #options: ProcessOptions;
  readonly #simulation: Simulation;
  readonly #plans: Plans;
  readonly #stall: Due;
  readonly #steady: Steady;
  /** The library. Most processes of a long simulation end without it. */
  #made: Library | undefined;
  #isBooted = false;
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
    this.#plans = new Plans(options.simulation, () => this.#touched());
    this.#steady = new Steady(
      options,
      () => this.#library,
      () => this.#stall.at,
    );
    this.#stall = this.#plans.add(() => this.#beginStall());
    this.#plans.after(this.#simulation.resolved.bootMs, () => this.#boot());
  }

  get #library(): Library {
    const { simulation, replica, libraryChance: chance } = this.#options;
    const load = (ask: LoadAsk): Promise<Data> => this.#load(ask);
    return (this.#made ??= new Library({ simulation, replica, chance, plans: this.#plans, load }));
  }

  /** Reads the current answers of the library. */
  observe(): void {
    if (!this.alive || !this.#isBooted) return;
    this.#observe();
    const ended = this.#ended;
    this.#ended = undefined;
    if (!ended || this.#loads > 0 || this.#isTerminating || this.#plans.size > 2) return;
    if (this.view.stalledUntil > 0 || this.view.data !== (ended.failures > 0 ? "stale" : "fresh") || this.#mayBeKilled)
      return;
    this.#steady.begin(ended, this.#simulation.queue.now - this.#loadedAt, this.view);
  }

  /** Whether a check that can kill the process fails now. */
  get #mayBeKilled(): boolean {
    const { probes, replacing } = this.#simulation.resolved.setup;
    const asked = [probes.liveness?.asks, probes.startup?.asks, replacing?.asks];
    return asked.some((probe) => probe !== undefined && this.view.status[probe] !== 200);
  }

  #observe(): void {
    const stalledUntil = this.#plans.stalledUntil > this.#simulation.queue.now ? this.#plans.stalledUntil : 0;
    const { view } = this;
    if (stalledUntil > 0) {
      if (view.stalledUntil === stalledUntil) return;
      this.view = { ...view, stalledUntil };
    } else {
      const seen = this.#steady.isOn ? this.#steady.view : this.#library.view();
      if (!seen || isSame(seen, view)) return;
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
    if (!view.listening || view.stalledUntil > 0) return NO_ANSWER;
    if (!this.#simulation.asksEveryTime) return answerWith(view.status[probe]);
    const status = this.#library.statusOf(probe);
    this.#simulation.markChanged(this);
    return status === undefined ? NO_ANSWER : answerWith(status);
  }

  /**
   * Runs the preStop hook, SIGTERM, and SIGKILL after the grace. The drain is like `drainOnSignal()`: readiness answers
   * 503, the process continues to serve, and then it ends.
   */
  terminate(): void {
    const { drainMs, graceMs, preStopMs } = this.#simulation.resolved;
    if (!this.alive) return;
    this.#isTerminating = true;
    this.#steady.terminate();
    if (!this.#isBooted) return this.#end();
    // Its place among events of the same time is that of a load that runs now.
    const endOfLoad = this.#plans.prepare(() => this.#endLastLoad());
    this.#plans.killAfter(graceMs, () => this.#end());
    this.#plans.after(preStopMs, () => {
      if (this.#steady.isOn) this.#drainCalculated(endOfLoad);
      else this.#library.drain();
      this.#plans.after(drainMs, () => {
        if (this.#simulation.fleetStore) this.#library.close();
        this.#end();
      });
    });
  }

  /** The running load becomes an event. */
  #drainCalculated(endOfLoad: Due): void {
    const running = this.#steady.drain();
    if (!running) return;
    this.#loads += 1;
    const due = running.isOld ? endOfLoad : this.#plans.prepare(() => this.#endLastLoad());
    this.#simulation.queue.put(due, running.endsAt);
  }

  #boot(): void {
    const { queue, resolved } = this.#simulation;
    this.#isBooted = true;
    const isCalculated = this.#steady.start();
    if (!isCalculated) this.#library.start();
    const { stall } = resolved.setup;
    if (stall)
      queue.put(this.#stall, queue.now + Math.round(stall.everySeconds * 1_000 * (0.5 + this.#options.chance())));
    if (isCalculated) this.#beginFirstLoad();
  }

  #beginFirstLoad(): void {
    const { queue, record, resolved } = this.#simulation;
    const { replica, chance, libraryChance } = this.#options;
    const startedAt = queue.now;
    libraryChance();
    const { ms } = loadOutcomeOf(resolved.setup, replica, true, startedAt, chance);
    this.#loads += 1;
    record.load(1, startedAt);
    this.#plans.after(ms, () => {
      this.#loads -= 1;
      record.load(-1, queue.now);
      this.#steady.loaded(startedAt);
    });
  }

  /** The library draws at the end of each load, even if it starts no other. */
  #endLastLoad(): void {
    const { queue, record } = this.#simulation;
    this.#loads -= 1;
    record.load(-1, queue.now);
    this.#options.libraryChance();
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
      const due = ms === Infinity ? undefined : this.#plans.after(ms, end);
      // Only a load that may reach its timeout gets a listener, because a listener is expensive.
      if (ms >= 60_000)
        signal.addEventListener("abort", () => {
          if (due) this.#plans.forget(due);
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
    this.#plans.stalledUntil = queue.now + ms;
    this.#steady.stall(this.#plans.stalledUntil);
    this.#plans.after(ms, () => this.#steady.resume());
    const every = stall.everySeconds * 1_000 * (0.5 + this.#options.chance());
    queue.put(this.#stall, queue.now + ms + Math.round(every));
    this.#touched();
  }

  #end(): void {
    if (!this.alive) return;
    const { queue, record, fleetCounter } = this.#simulation;
    this.alive = false;
    fleetCounter.set(this.#options.replica, undefined);
    this.#steady.stop();
    this.#plans.end();
    for (; this.#loads > 0; this.#loads -= 1) record.load(-1, queue.now);
    this.view = SILENT;
    this.#options.ended();
  }

  /** The library was called: it is observed after its promises. What is calculated needs no promise. */
  #touched(): void {
    if (this.#steady.isOn) this.observe();
    else if (this.alive || this.#made?.isStarted) this.#simulation.markChanged(this);
  }
}
