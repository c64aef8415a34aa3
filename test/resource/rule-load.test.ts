import { expect, test } from "vitest";
import { createHealth, loaded, unchanged } from "../../src/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import { createKit, outcome, PENDING } from "./kit.ts";

const rejections: unknown[] = [];
process.on("unhandledRejection", (reason) => rejections.push(reason));

const slow = { refreshEvery: "30s", staleAfter: "65s" } as const;

test("rule 1: after a freeze in which no timer fired, the first question has the right answer", async () => {
  const { health, clock, ready, index } = createKit(slow);
  await ready();
  expect(health.fetch(new Request("http://x/status")).status).toBe(200);
  clock.freeze(65_001);
  expect(health.fetch(new Request("http://x/status")).status).toBe(503);
  expect(index.snapshot().state).toBe("STALE");
});

test("rule 1: the first question after a freeze starts what the late timer would have, once, and after its answer", async () => {
  const { clock, ready, index, loader } = createKit(slow);
  await ready();
  clock.freeze(3_600_000);
  expect(index.snapshot().refreshing).toBe(false);
  index.snapshot();
  expect(loader.calls.length).toBe(1);
  await clock.settle();
  expect([loader.calls.length, index.snapshot().refreshing]).toEqual([2, true]);
});

test("rule 1: what is planned after a freeze has a timer of its own, however late the one before it is", async () => {
  const { clock, ready, index, loader, fail } = createKit({ ...slow, jitter: 0 });
  await ready();
  // So that the timer of the refresh is the one that comes late.
  await clock.advance(1);
  clock.freeze(3_600_000);
  index.snapshot();
  await clock.settle();
  await fail();
  await clock.advance(1_000);
  expect(loader.calls.length).toBe(3);
});

test("rule 1: what time did while no timer fired is told before what happens next", async () => {
  const { clock, ready, index, events } = createKit(slow);
  await ready();
  clock.freeze(65_001);
  index.unload();
  await clock.settle();
  expect(events.slice(-2)).toEqual(["transition READY>STALE", "transition STALE>NOT_LOADED"]);
});

test("rule 2: while a refresh runs, and when it fails, the old value serves", async () => {
  const { clock, ready, index, fail } = createKit(slow);
  const value = await ready();
  await clock.advance(30_000);
  expect(index.snapshot()).toMatchObject({ refreshing: true, state: "READY", value });
  expect(await index.get()).toBe(value);
  await fail();
  expect(index.peek()).toBe(value);
  expect(index.snapshot()).toMatchObject({ refreshing: false, state: "READY", value, generation: 1 });
});

test("rule 3: a wall clock stepped back does not make old data fresh", async () => {
  const { clock, ready, index } = createKit({ ...slow, refreshEvery: "never" });
  await ready();
  await clock.advance(65_001);
  clock.jump(-3_600_000);
  expect(index.snapshot()).toMatchObject({ state: "STALE", age: 65_001 });
});

test("rule 3: age is never negative, and a value stamped in the future is taken for one made now", async () => {
  const { clock, health, loader, index, item } = createKit(slow);
  health.start();
  await clock.settle();
  loader.last.succeed(loaded(item(), { asOf: clock.wall() + 86_400_000 }));
  await clock.settle();
  expect(index.snapshot().age).toBe(0);
  await clock.advance(10);
  expect(index.snapshot().age).toBe(10);
});

test("rule 4: the slot is freed at the timeout though the loader ignores its signal, and the next load starts", async () => {
  const { health, clock, loader, index } = createKit({ ...slow, timeout: "5s" });
  health.start();
  await clock.advance(5_000);
  expect(loader.last.context.signal.aborted).toBe(true);
  expect(index.snapshot()).toMatchObject({ state: "NOT_LOADED", abandoned: 1, attempt: 2 });
  await clock.advance(2_000);
  expect(loader.calls.length).toBe(2);
});

test("rule 4: what a load brings after its timeout is discarded and disposed of, a value as a failure", async () => {
  const { health, clock, loader, index, item, disposed, load } = createKit({ ...slow, timeout: "5s" });
  health.start();
  await clock.advance(7_000);
  const late = item();
  loader.calls[0]?.succeed(late);
  await clock.settle();
  expect(disposed).toEqual([late]);
  expect(index.snapshot()).toMatchObject({ state: "LOADING", abandoned: 0, generation: 0 });
  const value = await load();
  expect(index.peek()).toBe(value);
});

test("rule 5: a late result never overwrites a newer value, and a late failure never marks one", async () => {
  for (const end of ["succeed", "fail"] as const) {
    const { health, clock, loader, index, item, load } = createKit({ ...slow, timeout: "5s" });
    health.start();
    await clock.advance(7_000);
    const value = await load();
    const before = index.snapshot();
    loader.calls[0]?.[end](item());
    await clock.settle();
    expect(index.snapshot()).toEqual({ ...before, abandoned: 0 });
    expect(index.peek()).toBe(value);
  }
});

test("rule 6: reload() is answered by a run that started after the call, and callers during a run share the next", async () => {
  const { ready, index, loader, load, clock } = createKit(slow);
  await ready();
  const first = index.reload();
  const [second, third] = [index.reload(), index.reload()];
  await clock.settle();
  expect(loader.calls.length).toBe(2);
  const two = await load();
  expect([await outcome(first), await outcome(second), await outcome(third)]).toEqual([
    { value: expect.objectContaining({ value: two, generation: 2 }) },
    PENDING,
    PENDING,
  ]);
  await clock.advance(0);
  expect(loader.calls.length).toBe(3);
  const three = await load();
  expect([(await second).value, (await third).value]).toEqual([three, three]);
  await clock.settle();
  expect(loader.calls.length).toBe(3);
});

test("rule 6: reload() rejects with the very thing that its run threw", async () => {
  const { ready, index, fail } = createKit(slow);
  await ready();
  const error = { not: "an Error" };
  const reloaded = index.reload();
  await fail(error);
  expect(await outcome(reloaded)).toEqual({ error });
});

const withCode = (code: string): unknown => expect.objectContaining({ code });

test("rule 7: a loader that throws, rejects with a non-Error or returns garbage lands in lastError and nowhere else", async () => {
  const error = new Error("thrown");
  const faults: [() => unknown, unknown][] = [
    [
      () => {
        throw error;
      },
      error,
    ],
    [
      () => {
        throw "text";
      },
      "text",
    ],
    [() => Promise.reject(undefined), undefined],
    [() => Promise.reject(error), error],
    [() => undefined, withCode("HS_NO_DATA")],
    [() => null, withCode("HS_NO_DATA")],
    [() => Promise.resolve(undefined), withCode("HS_NO_DATA")],
    [() => loaded(undefined), withCode("HS_NO_DATA")],
    [() => loaded(Promise.resolve(null)), withCode("HS_NO_DATA")],
    [() => loaded(Promise.reject(error)), error],
    [() => error, error],
    [() => loaded(error), error],
    [() => new Response("{}"), withCode("HS_RESPONSE_AS_VALUE")],
    [() => loaded({}, { revision: true as never }), withCode("HS_INVALID_REVISION")],
    [() => loaded({}, { revision: NaN }), withCode("HS_INVALID_REVISION")],
    [() => loaded({}, { asOf: new Date(NaN) }), withCode("HS_INVALID_AS_OF")],
    [() => loaded({}, { asOf: "now" as never }), withCode("HS_INVALID_AS_OF")],
    [() => loaded({}, { asOf: null as never }), withCode("HS_INVALID_AS_OF")],
    [() => unchanged(), withCode("HS_NOTHING_HELD")],
    [
      () => ({
        then: () => {
          throw error;
        },
      }),
      error,
    ],
    [
      () => ({
        get then() {
          throw error;
        },
      }),
      error,
    ],
  ];
  for (const [load, expected] of faults) {
    const { health, clock, index } = createKit({ load: load as () => never });
    health.start();
    await clock.settle();
    expect(index.snapshot()).toMatchObject({ state: "NOT_LOADED", attempt: 2 });
    expect(index.snapshot().lastError).toEqual({ error: expected, at: clock.wall() });
    await health.close();
    expect(clock.timers).toBe(0);
  }
  expect(rejections).toEqual([]);
});

test("rule 4: a copy of what the loader is told has the signal too", async () => {
  const { health, clock, index, loader } = createKit({ timeout: "5s" });
  health.start();
  await clock.settle();
  const copy = { ...loader.last.context };
  expect(Object.keys(copy).sort()).toEqual([
    "asOf",
    "attempt",
    "deadline",
    "previous",
    "rejected",
    "revision",
    "signal",
  ]);
  index.unload();
  await clock.settle();
  expect(copy.signal.aborted).toBe(true);
});

test("rule 4: the loader is told the deadline, at which its slot is freed, in epoch ms", async () => {
  const { health, clock, loader, index } = createKit({ timeout: "5s" });
  health.start();
  await clock.settle();
  const { deadline } = loader.last.context;
  expect(deadline).toBe(clock.wall() + 5_000);
  await clock.advance("5s");
  expect([clock.wall() >= deadline, index.snapshot().lastError?.error]).toMatchObject([true, { code: "HS_TIMED_OUT" }]);
});

test("rule 4: a loader that reads its signal only after its slot was freed finds it aborted", async () => {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  let late: (() => AbortSignal) | undefined;
  const index = health.resource("index", {
    load: (context) => ((late = () => context.signal), new Promise<number>(() => {})),
  });
  health.start();
  expect(index.snapshot().state).toBe("LOADING");
  await clock.settle();
  index.unload();
  expect(late?.().aborted).toBe(true);
  expect(late?.()).toBe(late?.());
  await health.close();
});
