import { describe, expect, test } from "vitest";
import { MOST_TIMER_MS } from "../../src/time/clock.ts";
import { Scheduler, type Scheduled } from "../../src/time/scheduler.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/index.ts";

interface World {
  readonly clock: VirtualClock;
  readonly scheduler: Scheduler;
  /** Every timer that was set: `delay`, with a `!` where it keeps the process alive. */
  readonly set: string[];
  readonly log: string[];
  /** Jobs that are deferred and have not run. */
  readonly jobs: (() => void)[];
  entry(name: string): Scheduled;
  /** Runs what is deferred. */
  flush(): void;
}

function world(hasTimer = true): World {
  const clock = createVirtualClock();
  const [set, log, jobs]: [string[], string[], (() => void)[]] = [[], [], []];
  const scheduler = new Scheduler({
    clock: {
      ...clock,
      monotonic: clock.monotonic,
      setTimer: (callback, delayMs, hold) => {
        set.push(`${delayMs}${hold ? "!" : ""}`);
        return clock.setTimer(callback, delayMs, hold);
      },
    },
    hasTimer,
    now: () => Math.floor(clock.monotonic()),
    defer: (job) => void jobs.push(job),
  });
  return {
    clock,
    scheduler,
    set,
    log,
    jobs,
    entry: (name) => ({
      at: Infinity,
      place: -1,
      poll: (now) => (log.push(`poll ${name} ${now}`), Infinity),
      tick: (now) => void log.push(`tick ${name} ${now}`),
    }),
    flush: () => {
      for (let job; (job = jobs.shift());) job();
    },
  };
}

describe("the one timer", () => {
  test("is set in a job, once for any number of entries, for the first that is due", () => {
    const { scheduler, set, jobs, entry, flush, clock } = world();
    for (const at of [30, 10, 20]) scheduler.put(entry(`at ${at}`), at);
    expect([set, jobs.length]).toEqual([[], 1]);
    flush();
    expect([set, clock.timers]).toEqual([["10"], 1]);
  });

  test("is moved for a sooner entry, and left where a later one comes or the first goes away", () => {
    const { scheduler, set, entry, flush, clock } = world();
    const first = entry("first");
    for (const [one, at] of [
      [entry("other"), 20],
      [first, 10],
      [entry("later"), 30],
      [first, Infinity],
      [first, 10],
    ] as const) {
      scheduler.put(one, at);
      flush();
    }
    expect([set, clock.timers]).toEqual([["20", "10"], 1]);
  });

  test("is moved for an entry that is one ms sooner, because it would come late", () => {
    const { scheduler, set, entry, flush } = world();
    for (const at of [20, 19]) {
      scheduler.put(entry(`at ${at}`), at);
      flush();
    }
    expect(set).toEqual(["20", "19"]);
  });

  test("is cancelled where nothing is due any more, and set anew for the next", () => {
    const { scheduler, set, entry, flush, clock } = world();
    const one = entry("one");
    scheduler.put(one, 10);
    flush();
    scheduler.put(one, Infinity);
    flush();
    expect(clock.timers).toBe(0);
    scheduler.put(one, 50);
    flush();
    expect([set, clock.timers]).toEqual([["10", "50"], 1]);
  });

  test("keeps the process alive while somebody waits, and is set anew only where that changes", () => {
    const { scheduler, set, entry, flush, clock } = world();
    scheduler.put(entry("one"), 10);
    flush();
    expect(clock.holding).toBe(0);
    for (const by of [1, 1, -1, -1] as const) {
      scheduler.keepAlive(by);
      flush();
    }
    expect([set, clock.holding, clock.timers]).toEqual([["10", "10!", "10"], 0, 1]);
    scheduler.keepAlive(1);
    flush();
    expect(clock.holding).toBe(1);
  });

  test("fires at what is due, and is set for what comes next", async () => {
    const { scheduler, set, log, entry, flush, clock } = world();
    scheduler.put(entry("a"), 10);
    scheduler.put(entry("b"), 25);
    flush();
    await clock.advance(10);
    expect(log).toEqual(["poll a 10", "tick a 10"]);
    flush();
    expect(set).toEqual(["10", "15"]);
    // A tick that was done is not done again.
    expect(log).toEqual(["poll a 10", "tick a 10"]);
    await clock.advance(15);
    expect(log.slice(2)).toEqual(["poll b 25", "tick b 25"]);
    flush();
    expect(clock.timers).toBe(0);
  });

  test("is set at once for what is past, and in steps for what is very far", () => {
    for (const [at, delay] of [
      [-5, "0"],
      [MOST_TIMER_MS + 5, String(MOST_TIMER_MS)],
    ] as const) {
      const { scheduler, set, entry, flush } = world();
      scheduler.put(entry("one"), at);
      flush();
      expect(set).toEqual([delay]);
    }
  });

  test("does not exist where there is none, and no job is made for it", () => {
    const { scheduler, set, jobs, entry, clock } = world(false);
    scheduler.put(entry("one"), 10);
    scheduler.keepAlive(1);
    expect([jobs.length, set, clock.timers]).toEqual([0, [], 0]);
  });
});

describe("what is overdue when somebody asks", () => {
  test.each([[["a"]], [["a", "b"]]])("is polled at once, and ticked in one job after the answer: %j", (names) => {
    const { scheduler, log, jobs, entry, flush } = world(false);
    for (const name of names) scheduler.put(entry(name), 10);
    scheduler.put(entry("later"), 11);
    scheduler.pollOverdue(9);
    expect(log).toEqual([]);
    scheduler.pollOverdue(10);
    expect([log, jobs.length]).toEqual([names.map((name) => `poll ${name} 10`), 1]);
    flush();
    expect(log.slice(names.length)).toEqual(names.map((name) => `tick ${name} 0`));
  });

  test("stays in the agenda at the instant that its poll names", () => {
    const { scheduler, log, entry } = world(false);
    const one = { ...entry("one"), poll: (now: number) => (log.push(`poll ${now}`), now + 5) };
    scheduler.put(one, 10);
    for (const now of [10, 12, 15]) scheduler.pollOverdue(now);
    expect([log, one.at]).toEqual([["poll 10", "poll 15"], 20]);
    scheduler.tickOverdue();
    expect(log.slice(2)).toEqual(["tick one 0", "tick one 0"]);
  });
});
