import { createDue, type Due } from "../model/queue.ts";
import { eventMs, type Setup } from "../model/setup.ts";
import type { Simulation } from "../model/simulation.ts";
import { REFUSAL_MS } from "../world/source.ts";
import { Ahead } from "./ahead.ts";
import { Rhythm, type EndedLoad } from "./rhythm.ts";

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
 * The shortcut begins only if the library has just planned exactly the calculated time.
 */
export class Steady {
  /** How far the clock of the library is behind, in ms. */
  shiftMs = 0;
  /** The last random number of the library. */
  lastDraw = 0;
  readonly #steadiness: Steadiness;
  readonly #stallsAt: () => number;
  readonly #rhythm: Rhythm | undefined;
  readonly #due: Due;
  /** The only timer of the library, and its planned time. */
  #timer: Due | undefined;
  #timerAt = 0;
  #fails = false;
  #untilMs = 0;
  /** The start of the next load. */
  #nextAt = 0;
  readonly #load: { readonly ms: number; readonly spread: number };

  /** @param stallsAt returns the next stall of the event loop */
  constructor(steadiness: Steadiness, stallsAt: () => number) {
    this.#steadiness = steadiness;
    this.#stallsAt = stallsAt;
    const { simulation } = steadiness;
    this.#rhythm = simulation.asksEveryTime ? undefined : rhythmOf(simulation.resolved.setup);
    this.#due = createDue(0, simulation.order(), () => this.#wake());
    this.#load = loadOf(simulation.resolved.setup);
  }

  /** Whether the library sleeps. */
  get isOn(): boolean {
    return this.#timer !== undefined;
  }

  /**
   * Handles the end of a load, after all its effects.
   *
   * @param timer the only timer of the library
   * @param ageMs the age of the value
   */
  begin(load: EndedLoad, timer: Due, ageMs: number): void {
    const rhythm = this.#rhythm;
    if (!rhythm || this.isOn) return;
    const { failures } = load;
    const untilMs = this.#changesAt(load.endedAt, failures > 0);
    if (failures > 0 && !(rhythm.isSlowest(failures) && rhythm.isOver(ageMs, this.#failsFor(load.endedAt)))) return;
    // After a slow load, the value is older than usual.
    if (failures === 0 && !rhythm.isUsual(load)) return;
    if (timer.at !== rhythm.nextAt(load, this.lastDraw)) return;
    if (timer.at + reachOf(rhythm, failures > 0) >= untilMs) return;
    this.#timer = timer;
    this.#timerAt = timer.at;
    this.#fails = failures > 0;
    this.#untilMs = untilMs;
    this.#nextAt = timer.at;
    const { simulation } = this.#steadiness;
    simulation.queue.put(timer, Infinity);
    Ahead.of(simulation).add(this);
  }

  /** The process ends or receives SIGTERM. */
  stop(): void {
    const { queue } = this.#steadiness.simulation;
    if (this.isOn) this.#wake();
    queue.put(this.#due, Infinity);
  }

  /** Counts the loads that start before `untilMs`, or until the library must be woken. */
  advance(untilMs: number): void {
    const { simulation, chance, libraryChance } = this.#steadiness;
    const { queue, record } = simulation;
    const rhythm = this.#rhythm;
    if (!rhythm) return;
    const lastMs = this.#untilMs - reachOf(rhythm, this.#fails);
    const { ms, spread } = this.#load;
    const { retryMostMs } = rhythm;
    while (this.#nextAt < untilMs) {
      const startedAt = this.#nextAt;
      if (startedAt >= lastMs) {
        Ahead.of(simulation).delete(this);
        return queue.put(this.#due, startedAt);
      }
      // The library draws when it starts a load, and when it plans the next.
      libraryChance();
      const took = Math.round(ms * (1 + spread * (2 * chance() - 1)));
      const endedAt = startedAt + (this.#fails ? Math.min(REFUSAL_MS, took) : took);
      record.load(1, startedAt);
      record.load(-1, endedAt);
      this.#nextAt = this.#fails
        ? endedAt + rhythm.retryAfter(retryMostMs, libraryChance())
        : rhythm.refreshAt(startedAt, endedAt, libraryChance());
    }
  }

  /** How long loads continue to fail. This is unknown if another trouble follows. */
  #failsFor(now: number): number {
    const { replica, simulation } = this.#steadiness;
    const { troubles = [] } = simulation.resolved.setup;
    const [first, ...more] = troubles.filter(({ replicas }) => replicas?.includes(replica) ?? true);
    return first && more.length === 0 ? first.untilSeconds * 1_000 - now : Infinity;
  }

  /** The next time at which the source or the state of the replica may change. */
  #changesAt(now: number, fails: boolean): number {
    const { simulation, replica } = this.#steadiness;
    const { resolved } = simulation;
    const { setup, untilMs } = resolved;
    const isOld = replica < setup.replicas;
    const { deploy, nodeDrain, troubles = [] } = setup;
    const own = troubles.filter(({ replicas }) => replicas?.includes(replica) ?? true);
    const running = own.find(
      ({ fromSeconds, untilSeconds }) => fromSeconds <= now / 1_000 && now / 1_000 < untilSeconds,
    );
    // During a trouble only failures are steady. Outside of it, only successes are.
    if ((running?.kind === "down") !== fails || (running && !fails)) return now;
    const instants = [
      ...own.flatMap(({ fromSeconds, untilSeconds }) => [fromSeconds, untilSeconds]),
      ...(nodeDrain ? [eventMs(nodeDrain.atSeconds, resolved) / 1_000] : []),
    ].map((seconds) => Math.round(seconds * 1_000));
    const deploysAt = deploy && isOld ? eventMs(deploy.atSeconds, resolved) : Infinity;
    // After the start of a deploy, each old replica may be the next.
    if (deploysAt <= now) return now;
    const next = Math.min(deploysAt, this.#stallsAt(), ...instants.filter((at) => at > now));
    // Failures may continue to the end. A successful replica must have a real value at the last moment.
    return fails ? next : Math.min(next, untilMs + resolved.graceMs);
  }

  /** Wakes the library, as if no time had passed. Its timer fires now. */
  #wake(): void {
    const { simulation } = this.#steadiness;
    const { queue } = simulation;
    const timer = this.#timer;
    if (!timer) return;
    this.#timer = undefined;
    Ahead.of(simulation).delete(this);
    this.shiftMs += queue.now - this.#timerAt;
    queue.put(timer, queue.now);
  }
}

/** How long the calculated loads take. None is the first load of its process. */
function loadOf({ load }: Setup): { readonly ms: number; readonly spread: number } {
  return { ms: (load.refreshSeconds ?? load.firstSeconds) * 1_000, spread: load.spread ?? 0.1 };
}

/** The last load before a possible change is real, so that the library itself handles the change. */
function reachOf(rhythm: Rhythm, fails: boolean): number {
  return fails ? rhythm.longestRetryMs : rhythm.longestGapMs;
}

const RHYTHMS = new WeakMap<Setup, { readonly rhythm: Rhythm | undefined }>();

/** Returns the rhythm of a setup, which is calculated once. */
function rhythmOf(setup: Setup): Rhythm | undefined {
  const known = RHYTHMS.get(setup) ?? { rhythm: Rhythm.of(setup) };
  RHYTHMS.set(setup, known);
  return known.rhythm;
}
