import { expect, test } from "vitest";
import { internalsOf } from "../../src/handler/internals.ts";
import { borrow, heartbeat, loaded } from "../../src/index.ts";
import { createKit, outcome, PENDING } from "./kit.ts";

const rhythm = { refreshEvery: "30s", staleAfter: "65s", jitter: 0 } as const;

test("case 8: unload() aborts the run, drops the value, and a new first load is planned while the schedule runs", async () => {
  const { ready, index, loader, clock, disposed, item } = createKit({ ...rhythm, disposeAfter: 0 });
  const value = await ready();
  void index.reload();
  await clock.settle();
  index.unload();
  expect(loader.last.context.signal.aborted).toBe(true);
  expect([index.peek(), index.snapshot().state]).toEqual([undefined, "NOT_LOADED"]);
  const aborted = item();
  loader.last.succeed(aborted);
  await clock.advance(0);
  expect(disposed).toEqual([value, aborted]);
  expect([loader.calls.length, index.snapshot().state]).toEqual([3, "LOADING"]);
});

test("case 8: whoever waits in get() while unload() comes is answered by the next load", async () => {
  const { health, index, load, clock } = createKit(rhythm);
  health.start();
  const got = index.get();
  index.unload();
  await clock.advance(0);
  const value = await load();
  expect(await outcome(got)).toEqual({ value });
});

test("case 9: close() rejects every get(), whenReady() and reload() that waits, and stops all timers", async () => {
  const { health, index, loader, clock } = createKit(rhythm);
  health.start();
  await clock.settle();
  const waiting = [index.get(), health.whenReady(), index.reload(), index.get({ maxAge: 1 })];
  await health.close();
  for (const promise of waiting)
    expect(await outcome(promise)).toMatchObject({ error: { name: "NotReadyError", reason: "closed" } });
  expect(loader.last.context.signal.aborted).toBe(true);
  expect({ timers: clock.timers, holding: clock.holding }).toEqual({ timers: 0, holding: 0 });
  for (const promise of [index.get(), health.whenReady(), index.reload()])
    expect(await outcome(promise)).toMatchObject({ error: { name: "NotReadyError", reason: "closed" } });
});

test("case 10: get() rejects when the load it waited for fails, and at once while a back-off runs", async () => {
  const { health, index, fail, loader, load, clock } = createKit(rhythm);
  const got = index.get();
  const error = new Error("down");
  await fail(error);
  expect(await outcome(got)).toMatchObject({ error: { reason: "failed", cause: error } });
  expect(await outcome(index.get())).toMatchObject({ error: { reason: "failed", cause: error } });
  expect(loader.calls.length).toBe(1);
  const ready = health.whenReady();
  await clock.advance(1_000);
  const again = index.get();
  expect([await outcome(again), await outcome(ready)]).toEqual([PENDING, PENDING]);
  const value = await load();
  expect([await outcome(again), await outcome(ready)]).toEqual([{ value }, { value: undefined }]);
});

test("case 10: get({ maxAge }) on an older value waits for a load that brings one young enough, or fails with its reason", async () => {
  const { ready, index, load, fail, clock, loader, item } = createKit(rhythm);
  const value = await ready();
  await clock.advance(10_000);
  expect(await index.get({ maxAge: "10s" })).toBe(value);
  const young = index.get({ maxAge: "5s" });
  await clock.settle();
  expect(loader.calls.length).toBe(2);
  const next = await load();
  expect(await outcome(young)).toEqual({ value: next });
  await clock.advance(10_000);
  const failing = index.get({ maxAge: "5s" });
  await fail(new Error("down"));
  expect(await outcome(failing)).toMatchObject({ error: { reason: "failed", state: "READY" } });
  void index.reload();
  const late = index.get({ maxAge: "5s" });
  await clock.settle();
  loader.last.succeed(loaded(item(), { asOf: clock.wall() - 6_000 }));
  await clock.advance(0);
  loader.last.succeed(loaded(item(), { asOf: clock.wall() - 7_000 }));
  await clock.settle();
  expect(await outcome(late)).toMatchObject({ error: { reason: "stale" } });
});

test("case 10: a wait ends with its own signal, and the load goes on", async () => {
  const { index, load } = createKit(rhythm);
  const abort = new AbortController();
  const got = index.get({ signal: abort.signal });
  const gone = new Error("gone");
  abort.abort(gone);
  expect(await outcome(got)).toMatchObject({ error: { reason: "aborted", cause: gone } });
  expect(await outcome(index.get({ signal: AbortSignal.abort(gone) }))).toMatchObject({ error: { reason: "aborted" } });
  const value = await load();
  expect(await index.get({ signal: abort.signal })).toBe(value);
});

test("case 14: a running load may finish while draining, and nothing follows it", async () => {
  const { health, index, load, clock, loader } = createKit(rhythm);
  health.start();
  const [got, reloaded] = [index.get(), index.reload()];
  health.drain();
  health.drain();
  expect(await outcome(got)).toMatchObject({ error: { reason: "draining" } });
  const value = await load();
  expect(index.peek()).toBe(value);
  expect(await outcome(reloaded)).toMatchObject({ error: { reason: "draining" } });
  await clock.advance(600_000);
  expect(loader.calls.length).toBe(1);
  expect(await index.get()).toBe(value);
  expect(await outcome(index.reload())).toMatchObject({ error: { reason: "draining" } });
});

test("case 14: while draining, unload() leaves nobody waiting for what will not come", async () => {
  const { health, ready, index, clock } = createKit(rhythm);
  await ready();
  await clock.advance(1_000);
  const [reloaded, young] = [index.reload(), index.get({ maxAge: 0 })];
  health.drain();
  index.unload();
  for (const promise of [reloaded, young])
    expect(await outcome(promise)).toMatchObject({ error: { reason: "draining" } });
});

test("case 16: a forward step of the wall clock makes a value old too early, and the refresh it triggers heals that", async () => {
  const { ready, index, clock, load } = createKit(rhythm);
  await ready();
  clock.jump(3_600_000);
  expect(index.snapshot()).toMatchObject({ state: "STALE", age: 3_600_000 });
  await clock.settle();
  await load();
  expect(index.snapshot()).toMatchObject({ state: "READY", age: 0 });
});

test("case 16: a wall clock that gains a second or less is taken for slewing", async () => {
  const { ready, index, clock } = createKit(rhythm);
  await ready();
  clock.jump(1_000);
  expect(index.snapshot().age).toBe(0);
  clock.jump(1);
  expect(index.snapshot().age).toBe(1_001);
});

test("case 18: a lease outlives unload, close and newer generations, and ending it twice is a no-op", async () => {
  const { ready, index, load, health, clock, disposed } = createKit({ ...rhythm, disposeAfter: 0 });
  const one = await ready();
  const lease = borrow(index);
  void index.reload();
  const two = await load();
  index.unload();
  const closed = health.close();
  await clock.advance(5_000);
  await closed;
  expect(disposed).toEqual([two]);
  expect(lease?.value).toBe(one);
  lease?.release();
  lease?.release();
  lease?.[Symbol.dispose]();
  await clock.settle();
  expect(disposed).toEqual([two, one]);
});

test("case 19: a load that ends in the same state is told as a load, and an event that changes nothing is not told", async () => {
  const { ready, index, load, fail, events, clock } = createKit(rhythm);
  await ready();
  events.length = 0;
  void index.reload();
  await load();
  void index.reload();
  await fail();
  index.invalidate();
  index.invalidate();
  await clock.settle();
  expect(events).toEqual(["load READY>READY", "load READY>READY", "transition READY>STALE"]);
});

test("case 20: ten thousand probes cause no load beyond the one that start() would have begun", async () => {
  const { health, loader, clock, left } = createKit(rhythm);
  for (let probe = 0; probe < 10_000; probe++)
    internalsOf(health).ask("GET", ["/status", "/status/live", "/status/startup"][probe % 3] ?? "", 0, {
      accept: () => null,
      request: () => new Request("http://x/"),
    });
  await clock.settle();
  expect([loader.calls.length, left()]).toEqual([1, { timers: 1, holding: 0 }]);
});

test("case 13: beat() after close() is a no-op, and a heartbeat that is ended no longer counts", async () => {
  const { health, clock } = createKit(rhythm);
  const live = () => health.fetch(new Request("http://x/status/live")).status;
  const beat = heartbeat(health, "consumer", { within: "30s" });
  await clock.advance(60_000);
  expect(live()).toBe(200);
  beat();
  await clock.advance(30_000);
  expect(live()).toBe(200);
  await clock.advance(1);
  expect(live()).toBe(503);
  beat.end();
  expect(live()).toBe(200);
  const again = heartbeat(health, "consumer", { within: "30s" });
  again();
  await clock.advance(30_001);
  expect(live()).toBe(503);
  await health.close();
  expect(live()).toBe(200);
  again();
  expect(live()).toBe(200);
});
