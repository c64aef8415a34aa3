import { MOST_TIMER_MS, type Clock } from "../resource/clock.ts";
import { Agenda, type Entry } from "./agenda.ts";

/** Runs what is due; one timer for any number of entries. */
export interface Scheduler<E> {
  /** Puts an entry at an instant; `Infinity` takes it out. */
  put(entry: E, at: number): void;
  /**
   * Looks at every entry whose instant is past, for whoever asks now, and queues for the next microtask
   * what a timer on time would have done (docs/rules.md, 1).
   */
  settle(now: number): void;
  /** Does what is queued, at once. */
  catchUp(): void;
  /** The process is kept alive (+1), or no longer (-1), for somebody who waits. */
  hold(by: 1 | -1): void;
}

/**
 * @param timers the clock's, or in request mode none
 * @param look brings what is known of an entry up to now, and says when time alone changes it next
 * @param tick does what is due, and puts the entry anew
 */
export function createScheduler<E extends Entry>(
  clock: Clock,
  timers: Pick<Clock, "setTimer">,
  now: () => number,
  look: (entry: E, now: number) => number,
  tick: (entry: E, now: number) => void,
): Scheduler<E> {
  const agenda = new Agenda<E>();
  let late: E[] = [];
  let holders = 0;
  /** When the timer fires, by monotonic time: what is due is on a clock that may jump ahead of it. */
  let firesAt = Infinity;
  let armedHold = false;
  let cancel: (() => void) | undefined;

  const disarm = (): void => {
    cancel?.();
    cancel = undefined;
    firesAt = Infinity;
  };

  const arm = (): void => {
    const { first } = agenda;
    if (!first) return disarm();
    const hold = holders > 0;
    // What is due later is reached in steps.
    const delay = Math.min(Math.max(0, first.at - now()), MOST_TIMER_MS);
    const dueAt = clock.monotonic() + delay;
    // A timer that comes early finds nothing due and arms the next; only a late one must be moved.
    if (dueAt > firesAt - 1 && hold === armedHold) return;
    disarm();
    firesAt = dueAt;
    armedHold = hold;
    cancel = timers.setTimer(fire, delay, hold);
  };

  const fire = (): void => {
    disarm();
    settle(now());
    catchUp();
    arm();
  };

  const settle = (at: number): void => {
    for (let first; (first = agenda.first) && first.at <= at;) {
      if (!late.length) queueMicrotask(catchUp);
      late.push(first);
      // It stays in the agenda: until it is caught up with, time goes on for it.
      agenda.put(first, look(first, at));
    }
  };

  const catchUp = (): void => {
    const entries = late;
    late = [];
    for (const entry of entries) tick(entry, now());
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
  };
}
