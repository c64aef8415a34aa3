import { describe, expect, test, vi } from "vitest";
import {
  borrow,
  createHealth,
  heartbeat,
  loaded,
  type HealthEvent,
  type HealthOptions,
  type ResourceOptions,
} from "../../src/index.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/index.ts";

interface Told {
  readonly clock: VirtualClock;
  readonly health: ReturnType<typeof createHealth>;
  readonly events: HealthEvent[];
  /** The probe events as `probe from>word`. */
  words(): string[];
}

function createTold(options: HealthOptions = {}): Told {
  const clock = createVirtualClock();
  const health = createHealth({ clock, ...options });
  const events: HealthEvent[] = [];
  health.subscribe((event) => events.push(event));
  return {
    clock,
    health,
    events,
    words: () =>
      events.flatMap((event) => (event.type === "probe" ? [`${event.probe} ${event.from}>${event.word}`] : [])),
  };
}

const rhythm = { refreshEvery: "30s", staleAfter: "65s", jitter: 0 } as const;
const never = (): Promise<never> => new Promise(() => {});

describe("probe events", () => {
  test("each change of a word is told once, with the words of the wire, whether somebody asks or not", async () => {
    for (const isAsked of [false, true]) {
      const { clock, health, words } = createTold();
      let loads = 0;
      const index = health.resource<object>("index", {
        ...rhythm,
        timeout: "10m",
        load: () => (++loads === 1 ? {} : never()),
      });
      const beat = heartbeat(health, "loop", { within: "20s" });
      const pass = async (ms: number): Promise<void> => {
        for (let past = 0; past < ms; past += 5_000) {
          await clock.advance(5_000);
          if (isAsked)
            for (const path of ["/status", "/status/live", "/status/startup"])
              health.fetch(new Request(`http://x${path}`));
        }
      };
      health.start();
      beat();
      await pass(5_000);
      expect(words().sort()).toEqual(["readiness INDEX-NOT-LOADED>I-AM-ALIVE", "startup INDEX-NOT-LOADED>I-AM-ALIVE"]);
      await pass(20_000);
      expect(words().slice(2)).toEqual(["liveness I-AM-ALIVE>WEDGED"]);
      beat();
      await pass(5_000);
      beat.end();
      await pass(50_000);
      expect(words().slice(3)).toEqual(["liveness WEDGED>I-AM-ALIVE", "readiness I-AM-ALIVE>INDEX-STALE"]);
      index.unload();
      await pass(5_000);
      expect(words().slice(5)).toEqual(["readiness INDEX-STALE>INDEX-NOT-LOADED"]);
      await health.close();
    }
  });

  test("the words are the user's own, where there are some", async () => {
    const { clock, health, words } = createTold({ words: { ok: "UP", notLoaded: "COLD" } });
    health.resource("index", { load: () => ({}) });
    health.start();
    await clock.settle();
    expect(words().sort()).toEqual(["readiness COLD>UP", "startup COLD>UP"]);
    await health.close();
  });

  test("a probe that is asked in the listener says what the event says", async () => {
    const { clock, health, events } = createTold();
    health.resource("index", { load: () => ({}) });
    health.start();
    await clock.settle();
    const seen = events.map((event) => ("word" in event ? event.word : `${event.type}`));
    expect(seen.lastIndexOf("transition")).toBeGreaterThan(0);
    // A probe that is asked in the listener says what the event says.
    const late: boolean[] = [];
    health.subscribe((event) => {
      if (event.type === "probe" && event.probe === "readiness")
        late.push(health.snapshot().probes.readiness.word === event.word);
    });
    await clock.settle();
    health.drain();
    await clock.settle();
    expect(late).toEqual([true]);
    await health.close();
  });
});

describe("the drain", () => {
  test("is told once, with its delay, before the word changes; the signal aborts at once", async () => {
    const { clock, health, events } = createTold();
    health.resource("index", { load: () => ({}) });
    health.start();
    await clock.settle();
    events.length = 0;
    const { drainSignal } = health;
    expect(drainSignal.aborted).toBe(false);
    health.drain({ delayMs: 1_500 });
    health.drain({ delayMs: 9_000 });
    expect([drainSignal.aborted, health.drainSignal]).toEqual([true, drainSignal]);
    await clock.settle();
    expect(events).toEqual([
      { type: "drain", delayMs: 1_500 },
      { type: "probe", probe: "readiness", from: "I-AM-ALIVE", word: "INDEX-DRAINING" },
    ]);
    expect(events.every(Object.isFrozen)).toBe(true);
    await health.close();
  });

  test("close() without a drain aborts the signal too, also for who asks for it later", async () => {
    const early = createHealth();
    const { drainSignal } = early;
    await early.close();
    const late = createHealth();
    await late.close();
    expect([drainSignal.aborted, late.drainSignal.aborted]).toEqual([true, true]);
  });

  test("close() without a drain aborts the signal before anything stops, and tells the event at last", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    const log: string[] = [];
    const index = health.resource<object>("index", {
      load: ({ signal, previous }) => {
        signal.addEventListener("abort", () => log.push("the load is aborted"));
        return previous ? new Promise(() => {}) : {};
      },
    });
    await index.get();
    index.invalidate();
    await clock.advance("10s");
    health.subscribe((event) => {
      if (event.type === "drain") log.push(`told of ${event.delayMs} ms`);
    });
    await clock.settle();
    health.drainSignal.addEventListener("abort", () => log.push(index.peek() ? "a value is held" : "no value"));
    const closed = health.close();
    await clock.settle();
    expect(log).toEqual(["a value is held", "the load is aborted", "told of 0 ms"]);
    await closed;
  });

  test("a listener on the signal that throws disturbs nothing", async () => {
    const thrown: unknown[] = [];
    const onError = (error: unknown): unknown => thrown.push(error);
    process.prependOnceListener("uncaughtException", onError);
    const others = process.listeners("uncaughtException").filter((one) => one !== onError);
    for (const one of others) process.off("uncaughtException", one);
    const { clock, health } = createTold();
    health.resource("index", { load: () => ({}) });
    health.start();
    await clock.settle();
    health.drainSignal.addEventListener("abort", () => {
      throw new Error("mine");
    });
    health.drain();
    await clock.settle();
    await new Promise((resolve) => setTimeout(resolve, 5));
    for (const one of others) process.on("uncaughtException", one);
    process.off("uncaughtException", onError);
    expect(health.snapshot()).toMatchObject({ draining: true, probes: { readiness: { word: "INDEX-DRAINING" } } });
    expect(thrown.length).toBeLessThanOrEqual(1);
    await health.close();
  });
});

describe("disposal", () => {
  test("disposed is told for each value, and leased once when disposeAfter is over and a lease is left", async () => {
    const { clock, health, events } = createTold();
    const own: string[] = [];
    const disposed: object[] = [];
    let loads = 0;
    const index = health.resource<{ id: number }>("index", {
      load: () => ({ id: ++loads }),
      dispose: (value) => disposed.push(value),
      disposeAfter: "10s",
    });
    index.subscribe(({ type }) => own.push(type));
    health.start();
    await clock.settle();
    const lease = borrow(index);
    void index.reload();
    await clock.advance("9s");
    const of = (): string[] => events.flatMap(({ type }) => (type === "disposed" || type === "leased" ? [type] : []));
    expect(of()).toEqual([]);
    await clock.advance("60s");
    expect([of(), disposed]).toEqual([["leased"], []]);
    lease?.release();
    await clock.settle();
    expect([of(), disposed]).toEqual([["leased", "disposed"], [{ id: 1 }]]);
    void index.reload();
    await clock.advance("11s");
    expect(of()).toEqual(["leased", "disposed", "disposed"]);
    expect(own.filter((type) => type === "disposed" || type === "leased")).toEqual(of());
    await health.close();
  });
});

describe("health.snapshot()", () => {
  test("is the whole, frozen, without a value; it starts nothing and tells nobody", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock, expect: ["rates"] });
    let loads = 0;
    const load = (): object => ({ id: ++loads });
    health.resource("index", { ...rhythm, load });
    heartbeat(health, "loop", { within: "20s" })();
    const events: HealthEvent[] = [];
    health.subscribe((event) => events.push(event));
    await clock.settle();
    events.length = 0;
    const timers = clock.timers;
    const before = health.snapshot();
    await clock.advance(0);
    expect([loads, clock.timers, events]).toEqual([0, timers, []]);
    expect(before).toMatchObject({
      probes: {
        readiness: { ok: false, word: "INDEX-NOT-LOADED" },
        liveness: { ok: true, word: "I-AM-ALIVE" },
        startup: { ok: false, word: "INDEX-NOT-LOADED" },
      },
      draining: false,
      resources: [{ name: "index", state: "NOT_LOADED", generation: 0 }],
      missing: ["rates"],
      heartbeats: [{ name: "loop", overdue: false }],
    });
    health.resource("rates", { load });
    health.start();
    await clock.settle();
    const after = health.snapshot();
    const every = (value: unknown): unknown[] =>
      typeof value === "object" && value !== null ? [value, ...Object.values(value).flatMap(every)] : [];
    expect(every(after).every(Object.isFrozen)).toBe(true);
    expect(after.resources.map((record) => [record.name, record.state, "value" in record])).toEqual([
      ["index", "READY", false],
      ["rates", "READY", false],
    ]);
    clock.freeze("10m");
    events.length = 0;
    expect(health.snapshot().resources[0]?.state).toBe("STALE");
    expect(events).toEqual([]);
    await health.close();
  });

  test("a resource's snapshot has its value, not enumerable", async () => {
    const { clock, health } = createTold();
    const index = health.resource("index", { load: () => ({ id: 1 }) });
    health.start();
    await clock.settle();
    const snapshot = index.snapshot();
    expect(snapshot.value).toEqual({ id: 1 });
    expect(Object.keys(snapshot)).not.toContain("value");
    expect(Object.keys({ ...snapshot })).not.toContain("value");
  });
});

test("public times of the past are never in the future, however far the wall clock is set back", async () => {
  for (const by of [-1, -500, -999, -1_000, -1_001, -60_000, -86_400_000]) {
    const { clock, health, events } = createTold();
    let loads = 0;
    const index = health.resource<object>("index", {
      ...rhythm,
      load: () => {
        if (++loads > 2) throw new Error("down");
        return { loads };
      },
    });
    health.start();
    await clock.advance("70s");
    const { age } = index.snapshot();
    clock.jump(by);
    const times = (): (number | undefined)[] => {
      const { checkedAt, changedAt, asOf, lastError } = index.snapshot();
      return [checkedAt, changedAt, asOf, lastError?.at];
    };
    for (let step = 0; step < 5; step++) {
      for (const at of times()) if (at !== undefined) expect([by, at - clock.wall() <= 0]).toEqual([by, true]);
      expect(index.snapshot().age).toBeGreaterThanOrEqual(age ?? Infinity);
      await clock.advance(700);
    }
    for (const event of events)
      if ("snapshot" in event) expect(event.snapshot.checkedAt ?? 0).toBeLessThanOrEqual(clock.wall() - by);
    await health.close();
  }
});

describe("the print of a failure that nobody hears", () => {
  const play = async (
    options: Partial<ResourceOptions<object>>,
    act: (told: {
      readonly clock: VirtualClock;
      readonly health: ReturnType<typeof createHealth>;
      down: boolean;
    }) => Promise<void>,
    message = "the source is down",
  ): Promise<string[]> => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    try {
      const clock = createVirtualClock();
      const health = createHealth({ clock });
      const world = { clock, health, down: true };
      health.resource<object>("index", {
        ...rhythm,
        load: () => {
          if (world.down) throw new Error(message);
          return {};
        },
        ...options,
      });
      await act(world);
      await health.close();
      return warn.mock.calls.map((given) => given.join(" "));
    } finally {
      warn.mockRestore();
    }
  };

  test("comes once per streak, with name, attempt, message and when it is tried again, and the recovery once", async () => {
    const printed = await play({}, async (world) => {
      world.health.start();
      for (const down of [true, false, true, false]) {
        world.down = down;
        await world.clock.advance("2m");
      }
    });
    expect(printed.map((line) => /failed|again/.exec(line)?.[0])).toEqual(["failed", "again", "failed", "again"]);
    expect(printed[0]).toMatch(/"index" failed at attempt 1: the source is down\. The next attempt is in \d+(\.\d)? s/);
    expect(printed[1]).toContain('"index"');
  });

  test("is silenced by any listener of the user's, and comes back when the last has left", async () => {
    const heard = await play({}, async ({ clock, health }) => {
      health.subscribe(() => {});
      health.start();
      await clock.advance("2m");
    });
    expect(heard).toEqual([]);
    const left = await play({}, async ({ clock, health }) => {
      const leave = health.subscribe(() => {});
      health.start();
      await clock.advance("1m");
      leave();
      await clock.advance("2m");
    });
    expect(left.length).toBe(1);
  });

  test.each([
    [Object.assign(new AggregateError([new Error("::1 refused")], ""), { code: "ECONNREFUSED" }), "ECONNREFUSED"],
    [new AggregateError([], ""), "AggregateError"],
    [Object.assign(new Error(), { message: undefined }), "Error"],
    [Object.assign(new Error(), { message: 5 }), "5"],
    [undefined, "undefined"],
    ["", ""],
    [Object.create(null), "an error that cannot be shown"],
  ])("names an error that has no message: %#", async (error, named) => {
    const load = (): object => {
      throw error;
    };
    const [line = ""] = await play({ load }, async ({ clock, health }) => {
      health.start();
      await clock.settle();
    });
    expect(line).toContain(`failed at attempt 1: ${named}. The next`);
  });

  test("says once per streak that values come older than staleAfter, because no load fails then", async () => {
    let asOf = 0;
    const printed = async (isHeard: boolean): Promise<string[]> =>
      play({ load: () => loaded({}, { asOf }) }, async ({ clock, health }) => {
        if (isHeard) health.subscribe(() => {});
        asOf = clock.wall() - 70_000;
        health.start();
        await clock.advance("2m");
        asOf = clock.wall() + 3_600_000;
        await clock.advance("2m");
        asOf = clock.wall() - 70_000;
        await clock.advance("2m");
      });
    const line = expect.stringMatching(/"index" loads data that is \d+ s old, more than staleAfter/);
    expect(await printed(false)).toEqual([line, line]);
    expect(await printed(true)).toEqual([]);
  });

  test("cuts what is not ours at 300 characters, and escapes control characters", async () => {
    const [line = ""] = await play(
      {},
      async ({ clock, health }) => {
        health.start();
        await clock.settle();
      },
      `\u001b[31mred\r\nhealth-state: forged\u2028${"x".repeat(5_000)}`,
    );
    expect(line).toContain("\\u001b[31mred\\u000d\\u000ahealth-state: forged\\u2028");
    expect(/[\p{Cc}\u2028]/u.test(line)).toBe(false);
    expect(line.length).toBeLessThan(300 + 300);
    expect(line).toContain("…");
  });
});

test.each<readonly [string, () => object | Promise<object>]>([
  ["gives its value at once", () => ({})],
  ["gives a promise", async () => ({})],
])("a listener that was there before the start hears of the first load when the loader %s", async (_what, load) => {
  const { clock, health, events } = createTold();
  health.resource("index", { load });
  health.start();
  await clock.settle();
  expect(events.map(({ type }) => type)).toEqual(["current", "probe", "probe", "transition"]);
  await health.close();
});
