import type { Clock } from "../resource/clock.ts";
import { Agenda, type Entry } from "./agenda.ts";

/** Timers take at most this many ms; what is due later is reached in steps. */
const MOST_TIMER_MS = 2 ** 31 - 1;

/** Runs what is due; one timer for any number of entries. */
export interface Scheduler<T> {
  /** Puts an entry at an instant; `Infinity` takes it out. */
  put(entry: Entry<T>, at: number): void;
  /**
   * Looks at every entry whose instant is past, for whoever asks now, and queues for the next
   * microtask what a timer on time would have done (SPEC rule 1).
   */
  settle(now: number): void;
  /** Does what is queued, at once. */
  catchUp(): void;
  /** The process is kept alive (+1), or no longer (-1), for somebody who waits. */
  hold(by: 1 | -1): void;
  /** Ends the timer for good. */
  stop(): void;
}

/**
 * @param look brings what is known of an item up to now, and gives the next instant at which time
 *   alone changes it
 * @param tick does what is due, and puts the entry anew
 */
export function createScheduler<T>(
  clock: Clock,
  now: () => number,
  look: (item: T, now: number) => number,
  tick: (item: T, now: number) => void,
): Scheduler<T> {
  const agenda = new Agenda<T>();
  let late: T[] = [];
  let holders = 0;
  /** When the timer fires, by monotonic time: what is due is on a clock that may jump ahead of it. */
  let firesAt = Infinity;
  let armedHold = false;
  let cancel: (() => void) | undefined;
  let stopped = false;

  const disarm = (): void => {
    cancel?.();
    cancel = undefined;
    firesAt = Infinity;
  };

  const arm = (): void => {
    const at = agenda.first?.at ?? Infinity;
    const hold = holders > 0;
    if (stopped) return;
    if (at === Infinity) return disarm();
    const delay = Math.min(Math.max(0, at - now()), MOST_TIMER_MS);
    const dueAt = clock.monotonic() + delay;
    // A timer that comes early finds nothing due and arms the next; only a late one must be moved.
    if (dueAt > firesAt - 1 && hold === armedHold) return;
    disarm();
    firesAt = dueAt;
    armedHold = hold;
    cancel = clock.setTimer(fire, delay, hold);
  };

  const fire = (): void => {
    firesAt = Infinity;
    cancel = undefined;
    settle(now());
    catchUp();
    arm();
  };

  const settle = (at: number): void => {
    let entry = agenda.first;
    if (!entry || entry.at > at) return;
    if (!late.length) queueMicrotask(catchUp);
    for (; entry && entry.at <= at; entry = agenda.first) {
      late.push(entry.item);
      agenda.put(entry, look(entry.item, at));
    }
  };

  const catchUp = (): void => {
    const items = late;
    late = [];
    if (stopped) return;
    for (const item of items) tick(item, now());
  };

  return {
    put(entry, at) {
      agenda.put(entry, at);
      arm();
    },
    settle,
    catchUp,
    hold(by) {
      holders += by;
      arm();
    },
    stop() {
      stopped = true;
      disarm();
    },
  };
}
