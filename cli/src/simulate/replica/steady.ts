import { createDue, type Due } from "../model/queue.ts";
import type { Simulation } from "../model/simulation.ts";
import { Ahead } from "./ahead.ts";
import { CalculatedLoads } from "./calculated-loads.ts";
import { changesAt, failsFor } from "./change.ts";
import type { Library } from "./library.ts";
import type { EndedLoad, Rhythm } from "./rhythm.ts";
import type { Sample } from "./sample.ts";
import { shortcutOf } from "./shortcut.ts";
import { SILENT, type View } from "./view.ts";

/** The part of a process that the shortcut uses. */
export interface Steadiness {
  readonly simulation: Simulation;
  readonly replica: number;
  readonly chance: () => number;
  readonly libraryChance: () => number;
}

/**
 * The shortcut for loads. While all loads succeed, or all fail, the answers of a replica do not change. The loads are
 * then calculated with the same random numbers. The library sleeps, which means that its clock stands still. It wakes
 * up before an answer can change, so that the last load before the change is a real one.
 *
 * A process that starts while all loads succeed needs no library at all. Its answers are those of the sample
 * (`sample.ts`), and its first load is an event of the process.
 *
 * For a real library, the shortcut begins only if the library has just planned exactly the calculated time.
 */
export class Steady {
  /** The answers of the process while this is on. */
  view: View = SILENT;
  /** Whether the answers and loads are calculated. */
  isOn = false;
  readonly #steadiness: Steadiness;
  readonly #library: () => Library;
  readonly #stallsAt: () => number;
  readonly #rhythm: Rhythm | undefined;
  readonly #sample: Sample | undefined;
  readonly #due: Due;
  readonly #loads: CalculatedLoads;
  /** The only timer of the library that sleeps, and its planned time. */
  #timer: Due | undefined;
  #timerAt = 0;
  #fails = false;
  #untilMs = 0;
  /** The end of the current stall. */
  #stalledUntil = 0;
  #terminatedAt = Infinity;
  #isDrained = false;

  /**
   * @param library returns the library of the process
   * @param stallsAt returns the next stall of the event loop
   */
  constructor(steadiness: Steadiness, library: () => Library, stallsAt: () => number) {
    this.#steadiness = steadiness;
    this.#library = library;
    this.#stallsAt = stallsAt;
    const { simulation } = steadiness;
    const { rhythm, sample } = shortcutOf(simulation) ?? {};
    this.#rhythm = rhythm;
    this.#sample = sample;
    this.#due = createDue(0, simulation.order(), () => this.#wake());
    this.#loads = new CalculatedLoads(steadiness);
  }

  /** Starts without a library, if no answer can change soon. The first load is then an event of the process. */
  start(): boolean {
    const { now } = this.#steadiness.simulation.queue;
    const life = this.#rhythm?.life;
    if (!life || !this.#sample) return false;
    const untilMs = this.#changesAt(now, false);
    if (now + life.startMs >= untilMs) return false;
    this.isOn = true;
    this.view = this.#sample.loading;
    this.#untilMs = untilMs;
    return true;
  }

  /** Handles the end of the first load of a process without a library. */
  loaded(startedAt: number): void {
    const { simulation, libraryChance } = this.#steadiness;
    const rhythm = this.#rhythm;
    const sample = this.#sample;
    if (!rhythm || !sample) return;
    const draw = libraryChance();
    this.view = this.#isDrained ? sample.drainedLoaded : sample.fresh;
    if (this.#isDrained) return;
    const { now } = simulation.queue;
    this.#loads.plan(now, rhythm.refreshAt(startedAt, now, draw));
    if (this.#terminatedAt === Infinity) Ahead.of(simulation).add(this);
  }

  /**
   * Handles the end of a load, after all its effects.
   *
   * @param ageMs the age of the value
   * @param view the current answers
   */
  begin(load: EndedLoad, ageMs: number, view: View): void {
    const rhythm = this.#rhythm;
    const { timer } = this.#library();
    if (!rhythm || !timer || this.isOn) return;
    const { failures, endedAt } = load;
    const { simulation, replica } = this.#steadiness;
    const untilMs = this.#changesAt(endedAt, failures > 0);
    const failsMs = failsFor(simulation.resolved.setup, replica, endedAt);
    if (failures > 0 && !(rhythm.isSlowest(failures) && rhythm.isOver(ageMs, failsMs))) return;
    // After a slow load, the value is older than usual.
    if (failures === 0 && !rhythm.isUsual(load)) return;
    if (timer.at !== rhythm.nextAt(load, this.#library().lastDraw)) return;
    if (timer.at + rhythm.reachMs(failures > 0) >= untilMs) return;
    this.isOn = true;
    this.view = view;
    this.#timer = timer;
    this.#timerAt = timer.at;
    this.#fails = failures > 0;
    this.#untilMs = untilMs;
    this.#loads.plan(endedAt, timer.at);
    simulation.queue.put(timer, Infinity);
    Ahead.of(simulation).add(this);
  }

  /** The event loop is blocked from now on. A load that would start or end in this time does so at the end. */
  stall(untilMs: number): void {
    if (!this.isOn) return;
    if (this.#terminatedAt < Infinity) this.#catchUp();
    this.#stalledUntil = untilMs;
    this.#loads.delayTo(untilMs);
  }

  /** The event loop runs again. */
  resume(): void {
    if (this.isOn && this.#terminatedAt === Infinity) this.advance(Ahead.of(this.#steadiness.simulation).untilMs);
  }

  /** The process receives SIGTERM, and drains later. */
  terminate(): void {
    const { simulation } = this.#steadiness;
    if (!this.isOn) return;
    if (this.#fails || !this.#sample) return this.#wake();
    this.#terminatedAt = simulation.queue.now;
    simulation.queue.put(this.#due, Infinity);
    Ahead.of(simulation).end(this);
  }

  /**
   * The drain begins. From now on no load starts.
   *
   * @returns the running load. Its end is then an event of the process
   */
  drain(): { readonly endsAt: number; readonly isOld: boolean } | undefined {
    const sample = this.#sample;
    if (!sample) return undefined;
    this.#catchUp();
    this.#isDrained = true;
    this.view = this.view.data === "none" ? sample.drainedLoading : sample.drainedFresh;
    const endsAt = this.#loads.stop();
    return endsAt === Infinity ? undefined : { endsAt, isOld: this.#isOld };
  }

  /** The process ends. */
  stop(): void {
    const { simulation, libraryChance } = this.#steadiness;
    const { now } = simulation.queue;
    if (this.isOn && !this.#isDrained && this.#terminatedAt < Infinity) this.#catchUp();
    const endsAt = this.isOn ? this.#loads.stop() : Infinity;
    if (endsAt < Infinity) {
      // A load that started before SIGTERM ends before the process if both end at the same time.
      if (endsAt === now && this.#isOld) libraryChance();
      simulation.record.load(-1, now);
    }
    this.#sleep();
    this.isOn = false;
  }

  /** Whether the last calculated load started before SIGTERM. */
  get #isOld(): boolean {
    return this.#loads.startedAt <= this.#terminatedAt;
  }

  /** Counts the loads that start before `untilMs`, or until the library must be woken. */
  advance(untilMs: number): void {
    const { queue } = this.#steadiness.simulation;
    if (this.#stalledUntil > queue.now) return;
    this.#count(untilMs, this.#stallsAt());
  }

  /** Counts the loads that start before now, after SIGTERM. */
  countToNow(): void {
    const { now } = this.#steadiness.simulation.queue;
    if (this.#stalledUntil <= now) this.#count(now, now);
  }

  /** Counts the loads up to now. A load that was planned before SIGTERM starts before the drain at the same time. */
  #catchUp(): void {
    const { now } = this.#steadiness.simulation.queue;
    if (this.#stalledUntil > now) return;
    this.countToNow();
    const { nextAt, plannedAt } = this.#loads;
    if (nextAt === now && plannedAt <= this.#terminatedAt) this.#loads.begin(now, this.#fails);
  }

  /** @param edgeMs a load that ends at this time or later is left running */
  #count(untilMs: number, edgeMs: number): void {
    const rhythm = this.#rhythm;
    if (!rhythm) return;
    const { simulation } = this.#steadiness;
    const isLast = this.#terminatedAt < Infinity;
    const lastMs = isLast ? Infinity : this.#untilMs - rhythm.reachMs(this.#fails);
    const wakeAt = this.#loads.count(rhythm, this.#fails, { untilMs: Math.min(untilMs, edgeMs), edgeMs, lastMs });
    if (wakeAt === undefined) return;
    Ahead.of(simulation).delete(this);
    simulation.queue.put(this.#due, wakeAt);
  }

  /** The next time at which the source or the state of the replica may change. */
  #changesAt(now: number, fails: boolean): number {
    const { simulation, replica } = this.#steadiness;
    const next = changesAt(simulation.resolved, replica, now, fails);
    const life = this.#sample && this.#rhythm?.life;
    return life && !fails ? next - life.delayMs : Math.min(next, this.#stallsAt());
  }

  /** Cancels everything that is planned. */
  #sleep(): void {
    const { simulation } = this.#steadiness;
    Ahead.of(simulation).delete(this);
    simulation.queue.put(this.#due, Infinity);
  }

  /** Wakes the library, as if no time had passed. Its timer fires now. */
  #wake(): void {
    this.isOn = false;
    this.#sleep();
    if (this.#timer) this.#library().fireNow(this.#timer, this.#timerAt);
    else this.#library().catchUp(this.#rhythm?.usualGapMs ?? 0);
  }
}
