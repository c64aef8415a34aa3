import { expect, test } from "vitest";
import { createHealth, loaded, NotReadyError } from "../../src/index.ts";
import { createScriptedLoader, createVirtualClock } from "../../src/testing/index.ts";
import { createKit, outcome } from "./kit.ts";

const rejections: unknown[] = [];
process.on("unhandledRejection", (reason) => rejections.push(reason));

const slow = { refreshEvery: "30s", staleAfter: "65s" } as const;

test("rule 8: retries wait between 100 ms and the smaller of 30 s, refreshEvery and 1 s doubled each time", async () => {
  for (const [draw, waits] of [
    [0, [100, 100, 100, 100, 100, 100, 100]],
    [0.999999999, [1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]],
  ] as const) {
    const { health, clock, index, fail, loader } = createKit(
      { refreshEvery: "20s", timeout: "1d" },
      { random: () => draw },
    );
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
  for (const [draw, ms] of [
    [0, 27_000],
    [0.5, 30_000],
    [0.999999999, 33_000],
  ] as const) {
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
  expect(seen).toEqual([
    ["item-1", undefined],
    ["bad", "item-1"],
  ]);
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
  const words = () =>
    ["/status", "/status/startup", "/status/live"].map((path) => health.fetch(new Request(`http://x${path}`)).status);
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
  index.subscribe(async () => {
    throw new Error("a listener's own, later");
  });
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
  const spy = new Proxy(clock, {
    get: (target, key) => {
      const part: unknown = Reflect.get(target, key);
      if (typeof part !== "function") return part;
      return (...given: unknown[]) => (touched.push(String(key)), Reflect.apply(part, target, given));
    },
  });
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
