import { expect, test } from "vitest";
import { createHealth, loaded, NotReadyError, unchanged } from "../../src/index.ts";
import { createScriptedLoader, createVirtualClock } from "../../src/testing/index.ts";
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
  clock.freeze(3_600_000);
  index.snapshot();
  await clock.settle();
  await fail();
  await clock.advance(1_000);
  expect(loader.calls.length).toBe(3);
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
  expect(loader.calls.length).toBe(2);
  const two = await load();
  expect([await outcome(first), await outcome(second), await outcome(third)]).toEqual([
    { value: expect.objectContaining({ value: two, generation: 2 }) }, PENDING, PENDING,
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

test("rule 7: a loader that throws, rejects with a non-Error or returns garbage lands in lastError and nowhere else", async () => {
  const error = new Error("thrown");
  const faults: [() => unknown, unknown][] = [
    [() => { throw error; }, error],
    [() => { throw "text"; }, "text"],
    [() => Promise.reject(undefined), undefined],
    [() => Promise.reject(error), error],
    [() => undefined, expect.any(TypeError)],
    [() => Promise.resolve(undefined), expect.any(TypeError)],
    [() => loaded(undefined), expect.any(TypeError)],
    [() => loaded({}, { revision: 7 as never }), expect.any(TypeError)],
    [() => loaded({}, { asOf: new Date(NaN) }), expect.any(TypeError)],
    [() => loaded({}, { asOf: "now" as never }), expect.any(TypeError)],
    [() => unchanged(), expect.any(Error)],
    [() => ({ then: () => { throw error; } }), error],
    [() => ({ get then() { throw error; } }), error],
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

test("rule 8: retries wait between 100 ms and the smaller of 30 s, refreshEvery and 1 s doubled each time", async () => {
  for (const [draw, waits] of [[0, [100, 100, 100, 100, 100, 100, 100]], [0.999999999, [1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]]] as const) {
    const { health, clock, index, fail, loader } = createKit({ refreshEvery: "20s", timeout: "1d" }, { random: () => draw });
    health.start();
    for (const ms of waits) {
      await fail();
      expect((index.snapshot().nextAttemptAt ?? 0) - clock.wall()).toBe(ms);
      await clock.advance(ms);
    }
    expect(loader.calls.length).toBe(waits.length + 1);
  }
});

test("rule 8: the first refresh, as every other, comes early or late by the jitter", async () => {
  for (const [draw, ms] of [[0, 27_000], [0.5, 30_000], [0.999999999, 33_000]] as const) {
    const { clock, ready, index } = createKit(slow, { random: () => draw });
    await ready();
    expect((index.snapshot().nextAttemptAt ?? 0) - clock.wall()).toBe(ms);
  }
});

test("rule 9: what validate refuses is not swapped in, its revision is named and told, and it is not validated again", async () => {
  const seen: unknown[] = [];
  const { ready, index, loader, clock, item, disposed } = createKit({
    ...slow,
    validate: (next, previous) => {
      seen.push([next.id, previous?.id]);
      return next.id !== "bad";
    },
  });
  const value = await ready();
  await clock.advance(30_000);
  loader.last.succeed(loaded(item("bad"), { revision: "r2" }));
  await clock.settle();
  expect(index.snapshot()).toMatchObject({ value, state: "READY", lastError: { revision: "r2" } });
  await clock.advance(1_000);
  expect(loader.last.context.rejected).toBe("r2");
  loader.last.succeed(loaded(item("fine"), { revision: "r2" }));
  await clock.settle();
  expect(index.peek()).toBe(value);
  expect(seen).toEqual([["item-1", undefined], ["bad", "item-1"]]);
  expect(disposed.map(({ id }) => id)).toEqual(["bad", "fine"]);
});

test("rule 10: the old value is disposed of once, and the value in use never", async () => {
  const { ready, index, load, disposed, clock } = createKit({ ...slow, disposeAfter: "7s" });
  const one = await ready();
  void index.reload();
  await load();
  await clock.advance(6_999);
  expect(disposed).toEqual([]);
  await clock.advance(1);
  expect(disposed).toEqual([one]);
  await clock.advance(20_000);
  expect(disposed).toEqual([one]);
});

test("rule 11: readiness never latches, startup latches on the first load, liveness never reads data", async () => {
  const { ready, index, health, clock } = createKit(slow);
  const words = () => ["/status", "/status/startup", "/status/live"].map((path) => health.fetch(new Request(`http://x${path}`)).status);
  expect(words()).toEqual([503, 503, 200]);
  await ready();
  expect(words()).toEqual([200, 200, 200]);
  index.unload();
  expect(words()).toEqual([503, 200, 200]);
  await clock.settle();
  expect(words()).toEqual([503, 200, 200]);
});

test("rule 12: listeners see the state they are told of, each transition once and in order, whatever the others do", async () => {
  const { health, clock, index, load } = createKit(slow);
  const heard: string[] = [];
  index.subscribe(({ type, state }) => {
    if (type === "transition" && state === "READY") index.unload();
    throw new Error("a listener's own");
  });
  index.subscribe(async () => { throw new Error("a listener's own, later"); });
  index.subscribe(({ type, from, state, snapshot }) => heard.push(`${type} ${from}>${state} ${snapshot.state}`));
  health.start();
  await load();
  expect(heard).toEqual([
    "current LOADING>LOADING LOADING",
    "transition LOADING>READY READY",
    "transition READY>NOT_LOADED NOT_LOADED",
  ]);
  const late: string[] = [];
  index.subscribe(({ type, state }) => late.push(`${type} ${state}`));
  expect(late).toEqual([]);
  await clock.settle();
  expect(late).toEqual(["current NOT_LOADED"]);
  expect(rejections).toEqual([]);
});

test("rule 13: creating a health and its resources reads no clock, draws no number, sets no timer and calls no loader", async () => {
  const touched: string[] = [];
  const clock = createVirtualClock();
  const spy = new Proxy(clock, { get: (target, key) => (touched.push(String(key)), Reflect.get(target, key)) });
  const loader = createScriptedLoader<object>();
  const health = createHealth({ clock: spy, expect: ["index"] });
  health.resource("index", { load: loader.load, refreshEvery: "1s" });
  health.check("database", { run: () => true, refreshEvery: "1s" });
  await clock.settle();
  expect({ touched, timers: clock.timers, loads: loader.calls.length }).toEqual({ touched: [], timers: 0, loads: 0 });
});

test("rule 14: an empty registry is ready, and one that misses an expected resource is not", async () => {
  const ask = (health: ReturnType<typeof createHealth>) => health.fetch(new Request("http://x/status")).status;
  const clock = createVirtualClock();
  expect(ask(createHealth({ clock }))).toBe(200);
  const health = createHealth({ clock, expect: ["index"] });
  expect(ask(health)).toBe(503);
  health.resource("other", { load: () => 1 });
  await clock.settle();
  expect(ask(health)).toBe(503);
  health.resource("index", { load: () => 1 });
  await clock.settle();
  expect(ask(health)).toBe(200);
});

test("a wait that ends without the value says why, in a NotReadyError with state, reason and retryAfter", async () => {
  const { health, index, fail } = createKit(slow);
  const got = index.get();
  const error = new Error("down");
  await fail(error);
  const { error: refusal } = (await outcome(got)) as { error: NotReadyError };
  expect(refusal).toBeInstanceOf(NotReadyError);
  expect(refusal).toMatchObject({ state: "NOT_LOADED", reason: "failed", retryAfter: 1, cause: error });
  await health.close();
});
