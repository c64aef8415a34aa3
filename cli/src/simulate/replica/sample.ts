import type { Clock, Health } from "health-state";
import type { Simulation } from "../model/simulation.ts";
import type { Rhythm } from "./rhythm.ts";
import { createService, type Data } from "./service.ts";
import { viewOf, type View } from "./view.ts";

/**
 * The answers of the library in every situation of a process whose loads succeed. The library is played once for each
 * setup, because a process that starts alike answers alike.
 */
export interface Sample {
  /** During the first load. */
  readonly loading: View;
  /** With fresh data. */
  readonly fresh: View;
  /** During the first load, after the begin of the drain. */
  readonly drainedLoading: View;
  /** After the first load, if the drain began before its end. */
  readonly drainedLoaded: View;
  /** With fresh data, after the begin of the drain. */
  readonly drainedFresh: View;
}

/** The random number of every draw. The plan of the next load depends on it. */
const DRAW = 0.25;

/**
 * Plays the library on a clock of its own.
 *
 * @param settle waits until all promises of the library are done
 * @returns `undefined` if the library draws or plans differently than the shortcut calculates
 */
export async function playSample(
  simulation: Simulation,
  rhythm: Rhythm,
  settle: () => Promise<void>,
): Promise<Sample | undefined> {
  const { life } = rhythm;
  if (!life) return undefined;
  const first = new SampleProcess(simulation, settle);
  const loading = await first.start();
  const startedAt = first.now;
  const fresh = await first.endLoad(life.usualLoadMs);
  const nextAt = rhythm.nextAt({ startedAt, endedAt: first.now, failures: 0 }, DRAW);
  // A timer that was set for the timeout of the load is set anew when it fires.
  while ((first.timerAt ?? Infinity) < nextAt) await first.fire();
  const planned = [first.loads, first.draws, first.timerAt];
  await first.fire();
  const begun = [first.loads, first.draws];
  const drainedFresh = await first.drain();
  await first.endLoad(life.usualLoadMs);
  const second = new SampleProcess(simulation, settle);
  await second.start();
  const drainedLoading = await second.drain();
  const drainedLoaded = await second.endLoad(life.usualLoadMs);
  const played = [planned, begun, [first.loads, first.draws], [second.loads, second.draws]];
  const calculated = [
    [1, 2, nextAt],
    [2, 3],
    [2, 4],
    [1, 2],
  ];
  const passes = Object.values(fresh.status).every((status) => status === 200);
  return passes && String(played) === String(calculated)
    ? { loading, fresh, drainedLoading, drainedLoaded, drainedFresh }
    : undefined;
}

/** One process of the sample. */
class SampleProcess {
  now = 0;
  draws = 0;
  loads = 0;
  readonly #settle: () => Promise<void>;
  readonly #health: Health;
  readonly #timers = new Set<{ readonly at: number; readonly fire: () => void }>();
  #endLoad: (data: Data) => void = () => {};

  constructor(simulation: Simulation, settle: () => Promise<void>) {
    this.#settle = settle;
    const clock: Clock = {
      wall: () => this.now,
      monotonic: () => this.now,
      random: () => {
        this.draws += 1;
        return DRAW;
      },
      setTimer: (fire, delayMs) => {
        const timer = { at: this.now + delayMs, fire };
        this.#timers.add(timer);
        return () => void this.#timers.delete(timer);
      },
    };
    this.#health = createService({
      simulation,
      replica: 0,
      clock,
      load: () => {
        this.loads += 1;
        return new Promise((resolve) => {
          this.#endLoad = resolve;
        });
      },
    });
  }

  /** The time of its only timer. `undefined` if it has none or several. */
  get timerAt(): number | undefined {
    const [timer, ...more] = this.#timers;
    return more.length > 0 ? undefined : timer?.at;
  }

  start(): Promise<View> {
    this.#health.start();
    return this.#view();
  }

  drain(): Promise<View> {
    this.#health.drain();
    return this.#view();
  }

  /** Ends the running load after a time. */
  endLoad(afterMs: number): Promise<View> {
    this.now += afterMs;
    this.#endLoad({ isBad: false });
    return this.#view();
  }

  /** Lets the time pass until the timer fires. */
  fire(): Promise<View> {
    const [timer] = this.#timers;
    if (timer) {
      this.#timers.delete(timer);
      this.now = timer.at;
      timer.fire();
    }
    return this.#view();
  }

  async #view(): Promise<View> {
    await this.#settle();
    return viewOf(this.#health, false);
  }
}
