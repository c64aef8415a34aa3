import type { Clock } from "../../src/index.ts";
import { toMs, type Duration } from "../../src/option/duration.ts";
import { Agenda, type Entry } from "../../src/time/agenda.ts";

/** A clock that stands still until it is told to move, with its timers in a heap: thousands of them cost little. */
export interface HeapClock extends Clock {
  /** Moves time on, fires every timer on the way at its own instant, and lets promises settle after each. */
  advance(by: Duration): Promise<void>;
}

interface Timer extends Entry {
  readonly callback: () => void;
}

export function createHeapClock(random: () => number): HeapClock {
  const start = Date.UTC(2026, 0, 1);
  const agenda = new Agenda<Timer>();
  let now = 0;
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    wall: () => start + now,
    monotonic: () => now,
    random,
    setTimer(callback, delayMs) {
      const timer: Timer = { at: Infinity, place: -1, callback };
      agenda.put(timer, now + delayMs);
      return () => agenda.put(timer, Infinity);
    },
    async advance(by) {
      const until = now + toMs("by", by);
      await settled();
      for (let timer = agenda.first; timer && timer.at <= until; timer = agenda.first) {
        now = Math.max(now, timer.at);
        agenda.put(timer, Infinity);
        timer.callback();
        await settled();
      }
      now = until;
      await settled();
    },
  };
}
