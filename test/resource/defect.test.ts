import { runInNewContext } from "node:vm";
import { expect, test, vi } from "vitest";
import { createHealth, loaded, type Resource } from "../../src/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import { createKit } from "./kit.ts";

const rhythm = { refreshEvery: "30s", staleAfter: "65s", jitter: 0 } as const;
const status = (health: { fetch(request: Request): Response }, path = "/status") =>
  health.fetch(new Request(`http://x${path}`)).status;

test("fail, ok, fail, ok, fail is not three failures in a row: the back-off starts anew after each success", async () => {
  const { ready, index, fail, load, clock } = createKit(rhythm, { random: () => 0.999999999 });
  await ready();
  for (let time = 0; time < 3; time++) {
    void index.reload();
    await fail();
    expect((index.snapshot().nextAttemptAt ?? 0) - clock.wall()).toBe(1_000);
    void index.reload();
    await load();
    expect(index.snapshot().attempt).toBe(1);
  }
});

test("a check that hangs keeps no green verdict: its age passes the limit while it hangs", async () => {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  let runs = 0;
  health.check("database", {
    run: () => (++runs === 1 ? true : new Promise(() => {})),
    refreshEvery: "5s",
    staleAfter: "20s",
    required: true,
  });
  health.start();
  await clock.advance(1_000);
  expect(status(health)).toBe(200);
  await clock.advance(19_000);
  expect(status(health)).toBe(200);
  await clock.advance(1_000);
  expect(status(health)).toBe(503);
});

test("a loader that throws synchronously never yields 200", async () => {
  const { health, clock } = createKit({
    ...rhythm,
    load: () => {
      throw new Error("thrown");
    },
  });
  for (let time = 0; time < 50; time++) {
    expect([status(health), status(health, "/status/startup")]).toEqual([503, 503]);
    await clock.advance(1_000);
  }
});

test("an event emitted during the first load is not lost", async () => {
  const { health, index, clock, events } = createKit({
    ...rhythm,
    load: () => {
      index.invalidate();
      return { id: "x" };
    },
  });
  const everyone: string[] = [];
  health.subscribe((event) => {
    if ("name" in event) everyone.push(`${event.type} ${event.from}>${event.state}`);
  });
  await clock.settle();
  health.start();
  await clock.settle();
  expect(events.slice(0, 2)).toEqual(["transition NOT_LOADED>LOADING", "transition LOADING>STALE"]);
  expect(everyone.slice(1)).toEqual(events);
  await health.close();
});

test("a late success after close changes nothing", async () => {
  const { health, index, loader, item, clock, events, left } = createKit(rhythm);
  health.start();
  await clock.settle();
  await health.close();
  const [before, told] = [index.snapshot(), events.length];
  loader.last.succeed(item());
  await clock.advance(600_000);
  expect(index.snapshot()).toEqual({ ...before, abandoned: 0 });
  expect([events.length - told, status(health), status(health, "/status/live"), left().timers]).toEqual([
    0, 503, 200, 0,
  ]);
});

test("twenty probes at once cause no load beyond the start", async () => {
  const { health, loader, clock, load } = createKit(rhythm);
  await Promise.all(Array.from({ length: 20 }, async () => status(health)));
  await clock.settle();
  expect(loader.calls.length).toBe(1);
  await load();
  await Promise.all(Array.from({ length: 20 }, async () => status(health)));
  await clock.settle();
  expect(loader.calls.length).toBe(1);
});

test("two healths in one process share nothing", async () => {
  const [one, two] = [createKit(rhythm), createKit(rhythm)];
  await one.ready();
  one.health.drain();
  two.health.start();
  await two.load();
  await one.health.close();
  expect([status(one.health), status(two.health)]).toEqual([503, 200]);
  expect(two.index.snapshot().state).toBe("READY");
  expect([one.left().timers, two.left().timers]).toEqual([0, 1]);
});

test("each timed-out run that has not settled doubles the wait, up to two minutes, and its settling takes that back", async () => {
  const { health, index, clock, loader } = createKit({ ...rhythm, timeout: "1s" }, { random: () => 0 });
  health.start();
  const waits: number[] = [];
  for (let time = 0; time < 18; time++) {
    await clock.advance(1_000);
    const wait = (index.snapshot().nextAttemptAt ?? 0) - clock.wall();
    waits.push(wait);
    await clock.advance(wait);
  }
  expect(waits.slice(0, 4)).toEqual([200, 400, 800, 1_600]);
  expect(waits.slice(-2)).toEqual([120_000, 120_000]);
  for (const call of loader.calls) call.fail();
  await clock.settle();
  expect((index.snapshot().nextAttemptAt ?? 0) - clock.wall()).toBe(100);
});

test("a loader that asks for another load each time, and ends at once, does not hang the process", async () => {
  for (const ask of ["reload", "invalidate", "unload"] as const)
    for (const end of ["returns", "throws"] as const) {
      const { health, index, clock } = createKit({
        ...rhythm,
        load: () => {
          void index[ask]();
          if (end === "throws") throw new Error("thrown");
          return { id: "x" };
        },
      });
      health.start();
      // Promises settle at last, for the next load waits for a timer.
      await clock.settle();
      await health.close();
      expect({ ask, end, timers: clock.timers }).toEqual({ ask, end, timers: 0 });
    }
});

test("a value that two loads share is not disposed of while it is in use, nor twice", async () => {
  const disposed: unknown[] = [];
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  let flight: Promise<object> | undefined;
  let arrive: (value: object) => void = () => {};
  const resource = (name: string, validate: () => boolean | Promise<boolean>) =>
    health.resource(name, {
      load: () => (flight ??= new Promise<object>((resolve) => (arrive = resolve))),
      validate,
      dispose: (value) => disposed.push(value),
      timeout: "2s",
      refreshEvery: "30s",
    });
  const check = async (index: Resource<object>): Promise<void> => {
    const value = {};
    arrive(value);
    await clock.advance(100);
    expect(index.peek()).toBe(value);
    expect(disposed).toEqual([]);
    flight = undefined;
    index.close();
    await clock.settle();
    expect(disposed).toEqual([value]);
    disposed.length = 0;
  };
  const late = resource("late", () => true);
  health.start();
  await clock.advance(3_500);
  await check(late);
  const unloaded = resource("unloaded", () => new Promise((resolve) => clock.setTimer(() => resolve(true), 50, false)));
  await clock.advance(500);
  unloaded.unload();
  await clock.advance(0);
  await check(unloaded);
  await health.close();
});

test("a value that two timed-out loads share is disposed of once, and again when it came into use since", async () => {
  const { health, index, loader, clock, disposed } = createKit({ ...rhythm, timeout: "2s" });
  let arrive: (value: { id: string }) => void = () => {};
  const flight = new Promise<{ id: string }>((resolve) => (arrive = resolve));
  health.start();
  await clock.advance(0);
  loader.last.succeed(flight);
  await clock.advance(5_000);
  expect(loader.calls.length).toBe(2);
  loader.last.succeed(flight);
  await clock.advance(2_000);
  const value = { id: "shared" };
  arrive(value);
  await clock.settle();
  expect(disposed).toEqual([value]);
  const { length } = loader.calls;
  while (loader.calls.length === length) await clock.advance(500);
  loader.last.succeed(value);
  await clock.settle();
  expect(index.peek()).toBe(value);
  await health.close();
  expect(disposed).toEqual([value, value]);
});

test("what was held when a load began is disposed of once, though the load brings it back too late", async () => {
  const { health, ready, index, loader, clock, disposed } = createKit(rhythm);
  const value = await ready();
  await clock.advance(30_000);
  await health.close();
  expect(disposed).toEqual([value]);
  loader.last.succeed(value);
  await clock.settle();
  expect(disposed).toEqual([value]);
  expect(index.peek()).toBeUndefined();
});

test("those who wait for a load are not walked by each that joins them", async () => {
  const { health, index, clock } = createKit(rhythm);
  health.start();
  await clock.settle();
  const walks = vi.spyOn(Set.prototype, Symbol.iterator);
  try {
    for (let callers = 0; callers < 1_000; callers++) void index.get();
    expect(walks.mock.calls.length).toBe(0);
  } finally {
    walks.mockRestore();
  }
  await health.close();
});

test("close() in the middle of close() is the same close, and holds nothing", async () => {
  const { health, ready, clock, left } = createKit(rhythm);
  await ready();
  const closes: Promise<void>[] = [];
  health.subscribe(({ type }) => type === "transition" && closes.push(health.close()));
  await clock.settle();
  closes.push(health.close());
  await clock.settle();
  expect(closes.length).toBe(2);
  expect(closes[0]).toBe(closes[1]);
  await closes[0];
  expect(left()).toEqual({ timers: 0, holding: 0 });
});

test("an asOf that is neither a Date nor a number fails the load: it is not 1970", async () => {
  for (const asOf of [null, "", [], true, "2026", {}, new Date(NaN), NaN]) {
    const { health, index, loader, clock, item } = createKit(rhythm);
    health.start();
    await clock.settle();
    // SAFETY: what the type forbids is the point.
    loader.last.succeed(loaded(item(), { asOf: asOf as unknown as Date }));
    await clock.settle();
    expect([index.snapshot().state, String(index.snapshot().lastError?.error)]).toEqual([
      "NOT_LOADED",
      expect.stringContaining("asOf"),
    ]);
    await health.close();
  }
  const { health, index, loader, clock, item } = createKit(rhythm);
  health.start();
  await clock.settle();
  const alien: Date = runInNewContext("new Date(at)", { at: clock.wall() - 1_000 });
  loader.last.succeed(loaded(item(), { asOf: alien }));
  await clock.settle();
  expect(index.snapshot().age).toBe(1_000);
  await health.close();
});

test("a check that is given required: undefined bears on nothing, as without it", async () => {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  health.check("database", { run: () => false, refreshEvery: "5s", required: undefined });
  health.start();
  await clock.settle();
  expect(status(health)).toBe(200);
  await health.close();
});
