import { expect, test, vi } from "vitest";
import { systemClock } from "../../src/time/clock.ts";
import { createKit, outcome, type Kit } from "./kit.ts";

const rejections: unknown[] = [];
process.on("unhandledRejection", (reason) => rejections.push(reason));

const rhythm = { refreshEvery: "30s", staleAfter: "65s", jitter: 0, timeout: "5s" } as const;

/** What is left after each fault: the state, whether the first value serves, loads in flight, timers, and those that hold. */
function left({ index, loader, clock }: Kit): unknown {
  const { state, abandoned, refreshing } = index.snapshot();
  const inFlight =
    loader.calls.filter(({ context }) => !context.signal.aborted).length && (refreshing || state === "LOADING") ? 1 : 0;
  return { state, abandoned, inFlight, timers: clock.timers, holding: clock.holding };
}

const FAULTS: Readonly<Record<string, (kit: Kit) => unknown>> = {
  rejects: (kit) => kit.fail(),
  "rejects with a non-Error": (kit) => kit.fail(undefined),
  "returns undefined": async ({ loader, clock }) => {
    await clock.settle();
    loader.last.succeed(undefined);
  },
  "returns null": async ({ loader, clock }) => {
    await clock.settle();
    loader.last.succeed(null);
  },
  "returns an Error": async ({ loader, clock }) => {
    await clock.settle();
    loader.last.succeed(new Error("returned"));
  },
  "never settles": ({ clock }) => clock.advance(5_000),
  "settles after its abort": async ({ clock, loader, item }) => {
    await clock.advance(5_000);
    loader.last.succeed(item());
  },
  "rejects after its abort": async ({ clock, loader }) => {
    await clock.advance(5_000);
    loader.last.fail();
  },
};

test.each(Object.entries(FAULTS))(
  "a first load that %s leaves NOT_LOADED, one timer and no load",
  async (name, fault) => {
    const kit = createKit(rhythm);
    kit.health.start();
    await fault(kit);
    await kit.clock.settle();
    expect(left(kit)).toEqual({
      state: "NOT_LOADED",
      abandoned: name === "never settles" ? 1 : 0,
      inFlight: 0,
      timers: 1,
      holding: 0,
    });
    expect(kit.index.snapshot().lastError).toBeDefined();
  },
);

test.each(Object.entries(FAULTS))(
  "a refresh that %s leaves the value, READY, one timer and no load",
  async (name, fault) => {
    const kit = createKit(rhythm);
    const value = await kit.ready();
    void kit.index.reload();
    await fault(kit);
    await kit.clock.settle();
    expect(left(kit)).toEqual({
      state: "READY",
      abandoned: name === "never settles" ? 1 : 0,
      inFlight: 0,
      timers: 1,
      holding: 0,
    });
    expect(kit.index.peek()).toBe(value);
  },
);

test.each(Array.from({ length: 8 }, (_, nth) => nth + 1))(
  "where load %d of eight fails, all the others count",
  async (nth) => {
    const kit = createKit(rhythm);
    kit.health.start();
    let held: unknown;
    for (let load = 1; load <= 8; load++) {
      if (load === nth) await kit.fail();
      else held = await kit.load();
      expect(kit.index.peek()).toBe(held);
      expect(kit.index.snapshot()).toMatchObject({
        generation: load < nth ? load : load - 1,
        attempt: load === nth ? 2 : 1,
      });
      await kit.clock.advance((kit.index.snapshot().nextAttemptAt ?? 0) - kit.clock.wall());
      expect(kit.loader.calls.length).toBe(load + 1);
    }
  },
);

test("a loader that calls reload from inside is loaded once more, and the caller is answered by that", async () => {
  let loads = 0;
  let inner: Promise<unknown> | undefined;
  const kit = createKit({
    ...rhythm,
    load: () => {
      if (++loads === 1) inner = kit.index.reload();
      return { id: String(loads) };
    },
  });
  kit.health.start();
  await kit.clock.advance(0);
  expect(loads).toBe(2);
  expect(await outcome(inner ?? Promise.reject())).toMatchObject({ value: { generation: 2, value: { id: "2" } } });
});

test("a loader that throws ends its load no sooner than one that rejects: never inside whoever started it", async () => {
  const kit = createKit({
    ...rhythm,
    load: () => {
      throw new Error("thrown");
    },
  });
  kit.health.start();
  expect(kit.index.snapshot().state).toBe("LOADING");
  await kit.clock.settle();
  expect(kit.index.snapshot().state).toBe("NOT_LOADED");
});

test("a clock that stands still, starts at 0, or leaps keeps the state true", async () => {
  const still = createKit(rhythm, { wall: 0 });
  await still.ready();
  expect(still.index.snapshot()).toMatchObject({
    state: "READY",
    age: 0,
    checkedAt: 0,
    changedAt: 0,
    nextAttemptAt: 30_000,
  });
  for (let ask = 0; ask < 100; ask++) expect(still.index.snapshot().state).toBe("READY");
  still.clock.jump(1e12);
  expect(still.index.snapshot()).toMatchObject({ state: "STALE", age: 1e12 });
  still.clock.jump(-2e12);
  expect(still.index.snapshot()).toMatchObject({ state: "STALE", age: 1e12 });
});

test("a timer beyond 2^31 - 1 ms is reached in steps", async () => {
  const kit = createKit({ refreshEvery: "60d", staleAfter: "150d", jitter: 0 });
  const delays: number[] = [];
  const { setTimer } = kit.clock;
  kit.clock.setTimer = (callback, ms, hold) => (delays.push(ms), setTimer(callback, ms, hold));
  await kit.ready();
  await kit.clock.advance(60 * 86_400_000 - 1);
  expect(kit.loader.calls.length).toBe(1);
  await kit.clock.advance(1);
  expect(kit.loader.calls.length).toBe(2);
  expect(Math.max(...delays)).toBe(2 ** 31 - 1);
});

test("a wait longer than a timer of the platform is not over at once", () => {
  const set = vi.spyOn(globalThis, "setTimeout");
  try {
    systemClock.setTimer(() => {}, 30 * 86_400_000, false)();
    expect(set.mock.calls.map(([, ms]) => ms)).toEqual([2 ** 31 - 1]);
  } finally {
    set.mockRestore();
  }
});

test("no promise was left to reject unhandled", () => {
  expect(rejections).toEqual([]);
});
