import { expect, test } from "vitest";
import { loaded, retryLater, unchanged } from "../../src/index.ts";
import { createKit, outcome, PENDING } from "./kit.ts";

const limits = { refreshEvery: "1h", staleAfter: "2h", jitter: 0 } as const;
const stale = { error: expect.objectContaining({ name: "NotReadyError", reason: "stale" }) };

/** A minute after the first load, a run has begun when `get({ maxAge })` is asked. */
async function askDuringRun(options: { readonly timeout?: string } = {}) {
  const kit = createKit({ ...limits, ...options });
  await kit.ready();
  await kit.clock.advance("1m");
  void kit.index.reload();
  await kit.clock.settle();
  return { ...kit, young: kit.index.get({ maxAge: "10s" }) };
}

test("get({ maxAge }) during a run that brings too old a value waits for the run after it", async () => {
  const { clock, loader, health, item, young } = await askDuringRun();
  // The run had begun before the call, so that its old value is no answer, and no refusal.
  loader.last.succeed(loaded(item(), { asOf: clock.wall() - 10_001 }));
  await clock.settle();
  expect([await outcome(young), loader.calls.length]).toEqual([PENDING, 2]);
  // The next load starts a moment later.
  await clock.advance("1s");
  expect([await outcome(young), loader.calls.length]).toEqual([PENDING, 3]);
  const value = item();
  loader.last.succeed(value);
  await clock.settle();
  expect(await outcome(young)).toEqual({ value });
  await health.close();
});

test("get({ maxAge }) is refused as stale when the run that began after the call brings too old a value", async () => {
  const { clock, loader, health, item, young } = await askDuringRun();
  for (const pending of [true, false]) {
    loader.last.succeed(loaded(item(), { asOf: clock.wall() - 30_000 }));
    await clock.settle();
    expect(await outcome(young)).toEqual(pending ? PENDING : stale);
    await clock.advance("1s");
  }
  await health.close();
});

test("get({ maxAge }) during a run takes its value where that is of the very age", async () => {
  const { clock, loader, health, item, young } = await askDuringRun();
  const value = item();
  loader.last.succeed(loaded(value, { asOf: clock.wall() - 10_000 }));
  await clock.settle();
  expect([await outcome(young), loader.calls.length]).toEqual([{ value }, 2]);
  await health.close();
});

test("get({ maxAge }) during a run is answered by unchanged() with the value in use", async () => {
  const { index, loader, health, clock, young } = await askDuringRun();
  loader.last.succeed(unchanged());
  await clock.settle();
  expect(await outcome(young)).toEqual({ value: index.peek() });
  await health.close();
});

test("a run that began before the call is judged by the time of its end, one that began after it by its start", async () => {
  const { clock, loader, health, item, young } = await askDuringRun({ timeout: "1h" });
  await clock.advance("11s");
  loader.last.succeed(item());
  await clock.settle();
  expect(await outcome(young)).toBe(PENDING);
  await clock.advance("11s");
  const value = item();
  loader.last.succeed(value);
  await clock.settle();
  expect(await outcome(young)).toEqual({ value });
  await health.close();
});

test("get() during a back-off fails at once with the last error, and during a run it waits", async () => {
  const { clock, index, loader, health, fail } = createKit(limits);
  health.start();
  const down = new Error("down");
  await fail(down);
  const refused = { error: expect.objectContaining({ reason: "failed", cause: down }) };
  expect(await outcome(index.get())).toEqual(refused);
  expect(loader.calls.length).toBe(1);
  void index.reload().catch(() => {});
  await clock.settle();
  const waiting = index.get();
  await clock.settle();
  expect(await outcome(waiting)).toBe(PENDING);
  await fail(down);
  expect(await outcome(waiting)).toEqual(refused);
  await health.close();
});

test.each(["10s", "1m"])("get() starts the load that is due, though no timer has fired: %s", async (frozen) => {
  const { clock, index, loader, health, fail, item } = createKit(limits, { random: () => 0 });
  health.start();
  // So the next attempt is due after 10 s.
  await fail(retryLater("10s"));
  clock.freeze(frozen);
  const got = index.get();
  await clock.settle();
  expect([await outcome(got), loader.calls.length]).toEqual([PENDING, 2]);
  const value = item();
  loader.last.succeed(value);
  expect(await outcome(got)).toEqual({ value });
  await health.close();
});

test("get() is refused while the source asked for a pause, also after unload() has forgotten the failure", async () => {
  const { clock, index, loader, health, ready, fail, load } = createKit(limits, { random: () => 0 });
  await ready();
  void index.reload().catch(() => {});
  await fail(retryLater("1m", "429"));
  index.unload();
  expect(index.snapshot().attempt).toBe(1);
  await clock.advance(59_999);
  expect(await outcome(index.get())).toEqual({
    error: expect.objectContaining({ reason: "failed", cause: "429" }),
  });
  expect(loader.calls.length).toBe(2);
  await clock.advance(1);
  const got = index.get();
  const value = await load();
  expect(await outcome(got)).toEqual({ value });
  await health.close();
});

test("get() during a back-off in a drain says that the health drains", async () => {
  const { index, health, fail } = createKit(limits);
  health.start();
  await fail();
  health.drain();
  expect(await outcome(index.get())).toEqual({ error: expect.objectContaining({ reason: "draining" }) });
  await health.close();
});

test("reload() is answered by the run after the call alone, and fails with its error", async () => {
  const { clock, index, loader, health, ready, item, fail } = createKit(limits);
  await ready();
  const first = index.reload();
  await clock.settle();
  loader.last.succeed(item("second"));
  await clock.settle();
  expect(await outcome(first)).toEqual({ value: expect.objectContaining({ state: "READY", value: { id: "second" } }) });
  const failing = index.reload();
  const down = new Error("down");
  await fail(down);
  expect(await outcome(failing)).toEqual({ error: down });
  await health.close();
});

test("whenReady() is done at once where the health is ready, and refused where it drains or is closed", async () => {
  const { health, ready } = createKit(limits);
  await ready();
  expect(await outcome(health.whenReady())).toEqual({ value: undefined });
  await health.close();
  expect(await outcome(health.whenReady())).toEqual({
    error: expect.objectContaining({ name: "NotReadyError", reason: "closed" }),
  });
});
