import { expect, test } from "vitest";
import { loaded, unchanged } from "../../src/index.ts";
import { createKit, outcome } from "./kit.ts";

const rhythm = { refreshEvery: "30s", staleAfter: "65s", jitter: 0 } as const;

test("case 1: a value clears an invalidation only if its load started after it; one more load follows", async () => {
  const { ready, index, loader, load, events, clock } = createKit(rhythm);
  await ready();
  void index.reload();
  index.invalidate();
  expect(index.snapshot().state).toBe("STALE");
  await load();
  // Not sooner than a tenth of the interval after the last start.
  await clock.advance(2_999);
  expect(index.snapshot()).toMatchObject({ state: "STALE", refreshing: false, generation: 2 });
  await clock.advance(1);
  expect(index.snapshot()).toMatchObject({ state: "STALE", refreshing: true, generation: 2 });
  expect(loader.calls.length).toBe(3);
  await load();
  expect(index.snapshot()).toMatchObject({ state: "READY", refreshing: false, generation: 3 });
  await clock.settle();
  expect(events.slice(1)).toEqual(["transition READY>STALE", "load STALE>STALE", "transition STALE>READY"]);
});

test("case 1: invalidated during its first load, a value arrives STALE and is loaded again", async () => {
  const { health, index, load, loader, clock } = createKit(rhythm);
  health.start();
  index.invalidate();
  expect(index.snapshot().state).toBe("LOADING");
  await load();
  await clock.advance(3_000);
  expect(index.snapshot()).toMatchObject({ state: "STALE", refreshing: true });
  expect(loader.calls.length).toBe(2);
});

test("case 1: invalidate() with no load running starts one at once, and leaves a back-off that runs", async () => {
  const { ready, index, loader, fail, clock } = createKit(rhythm);
  await ready();
  await clock.advance(3_000);
  index.invalidate();
  await clock.advance(0);
  expect(loader.calls.length).toBe(2);
  await fail();
  index.invalidate();
  await clock.advance(99);
  expect(loader.calls.length).toBe(2);
  await clock.advance(901);
  expect(loader.calls.length).toBe(3);
});

test("case 2: a value that becomes STALE by time has a refresh running by then, or a back-off that is not cut short", async () => {
  const { ready, index, loader, clock, fail } = createKit(
    { ...rhythm, staleAfter: "31s" },
    { random: () => 0.999999999 },
  );
  await ready();
  await clock.advance(30_000);
  for (let fails = 0; fails < 4; fails++) {
    await fail();
    await clock.advance((index.snapshot().nextAttemptAt ?? 0) - clock.wall() - 1);
    const before = loader.calls.length;
    await clock.advance(1);
    expect(loader.calls.length).toBe(before + 1);
  }
  expect(index.snapshot().state).toBe("STALE");
});

test("case 3: refreshEvery counts from the start of the last load, and a slow load is followed after a tenth of it", async () => {
  const { ready, index, loader, load, clock } = createKit({ ...rhythm, timeout: "5m" });
  await ready();
  await clock.advance(30_000);
  await clock.advance(10_000);
  await load();
  expect((index.snapshot().nextAttemptAt ?? 0) - clock.wall()).toBe(20_000);
  await clock.advance(20_000);
  await clock.advance(60_000);
  expect(loader.calls.length).toBe(3);
  await load();
  expect((index.snapshot().nextAttemptAt ?? 0) - clock.wall()).toBe(3_000);
});

test("case 3: jitter never carries a refresh past staleAfter", async () => {
  const { ready, index, clock } = createKit(
    { refreshEvery: "30s", staleAfter: "31s", jitter: 1 },
    { random: () => 0.999999999 },
  );
  await ready();
  expect((index.snapshot().nextAttemptAt ?? 0) - clock.wall()).toBe(31_000);
});

test("case 4: reload() goes past the back-off and a remembered bad revision, and its outcome sets the schedule anew", async () => {
  const { ready, index, loader, clock, item, fail } = createKit({ ...rhythm, validate: ({ id }) => id !== "bad" });
  await ready();
  await clock.advance(30_000);
  loader.last.succeed(loaded(item("bad"), { revision: "r2" }));
  await clock.settle();
  await clock.advance(1_000);
  await fail();
  expect(index.snapshot().attempt).toBe(3);
  const reloaded = index.reload();
  await clock.settle();
  expect(loader.last.context.rejected).toBeUndefined();
  const fine = item("fine");
  loader.last.succeed(loaded(fine, { revision: "r2" }));
  expect((await reloaded).value).toBe(fine);
  expect(index.snapshot()).toMatchObject({ attempt: 1, revision: "r2", lastError: undefined });
  expect((index.snapshot().nextAttemptAt ?? 0) - clock.wall()).toBe(30_000);
});

test("case 4: in a closed health reload() rejects", async () => {
  const { health, index } = createKit(rhythm);
  await health.close();
  expect(await outcome(index.reload())).toMatchObject({ error: { name: "NotReadyError", reason: "closed" } });
});

test("case 5: unchanged() with the refused revision keeps the old value and its old age", async () => {
  const { ready, index, loader, clock, item } = createKit({ ...rhythm, validate: ({ id }) => id !== "bad" });
  const value = await ready();
  await clock.advance(30_000);
  loader.last.succeed(loaded(item("bad"), { revision: "r2" }));
  await clock.settle();
  const lastError = index.snapshot().lastError;
  await clock.advance(1_000);
  loader.last.succeed(unchanged({ revision: loader.last.context.rejected }));
  await clock.settle();
  expect(index.snapshot()).toMatchObject({
    value,
    age: clock.wall() - (index.snapshot().changedAt ?? 0),
    lastError,
    attempt: 1,
  });
});

test("case 5: any other unchanged() confirms the value and forgets the refusal", async () => {
  const { ready, index, loader, clock, item } = createKit({ ...rhythm, validate: ({ id }) => id !== "bad" });
  await ready();
  await clock.advance(30_000);
  loader.last.succeed(loaded(item("bad"), { revision: "r2" }));
  await clock.settle();
  await clock.advance((index.snapshot().nextAttemptAt ?? 0) - clock.wall());
  loader.last.succeed(unchanged());
  await clock.settle();
  expect(index.snapshot()).toMatchObject({ age: 0, lastError: undefined });
  index.invalidate();
  await clock.advance(3_000);
  expect(loader.last.context.rejected).toBeUndefined();
});

test("case 5: a candidate without a revision is validated, and refused, each time", async () => {
  let validated = 0;
  const { health, loader, clock, item } = createKit({ ...rhythm, validate: () => ++validated < 0 });
  health.start();
  await clock.settle();
  for (let time = 1; time <= 3; time++) {
    loader.last.succeed(item("bad"));
    await clock.settle();
    expect(validated).toBe(time);
    await clock.advance(5_000);
  }
});

test("case 6: unchanged() moves checkedAt and asOf; never changedAt, generation or the value", async () => {
  const { ready, index, loader, clock } = createKit(rhythm);
  await ready();
  const before = index.snapshot();
  await clock.advance(30_000);
  const at = clock.wall();
  await clock.advance(500);
  loader.last.succeed(unchanged({ asOf: at - 100 }));
  await clock.settle();
  const { nextAttemptAt: _, ...after } = index.snapshot();
  const { nextAttemptAt: __, ...was } = before;
  expect(after).toEqual({ ...was, checkedAt: at, asOf: at - 100, age: 600 });
});

test("case 6: unchanged() drops the asOf held before, and returning the very object held is unchanged()", async () => {
  const { health, index, loader, clock, item } = createKit(rhythm);
  health.start();
  await clock.settle();
  const value = item();
  loader.last.succeed(loaded(value, { asOf: clock.wall() - 5_000 }));
  await clock.settle();
  expect(index.snapshot().age).toBe(5_000);
  void index.reload();
  await clock.settle();
  loader.last.succeed(value);
  await clock.settle();
  expect(index.snapshot()).toMatchObject({ generation: 1, asOf: undefined, age: 0, value });
});

test("case 6: unchanged() clears an invalidation that came before its load", async () => {
  const { ready, index, loader, clock } = createKit(rhythm);
  await ready();
  await clock.advance(3_000);
  index.invalidate();
  await clock.advance(0);
  loader.last.succeed(unchanged());
  await clock.settle();
  expect(index.snapshot().state).toBe("READY");
});

test("case 7: an asOf older than the one held is accepted and shown, and may make the value STALE on arrival", async () => {
  const { ready, index, loader, item, clock, events } = createKit(rhythm);
  await ready();
  void index.reload();
  await clock.settle();
  loader.last.succeed(loaded(item(), { asOf: new Date(clock.wall() - 65_001) }));
  await clock.settle();
  expect(index.snapshot()).toMatchObject({ state: "STALE", age: 65_001, generation: 2 });
  expect(events.at(-1)).toBe("transition READY>STALE");
});

test("case 7: an asOf within a millisecond counts as its beginning, so that the record and the probes change together", async () => {
  const { health, index, loader, item, clock } = createKit({ ...rhythm, refreshEvery: "never" });
  health.start();
  await clock.settle();
  loader.last.succeed(loaded(item(), { asOf: clock.wall() - 0.5 }));
  await clock.settle();
  expect(index.snapshot().age).toBe(1);
  const status = (): number => health.fetch(new Request("http://x/status")).status;
  await clock.advance(64_999);
  expect([index.snapshot().state, status()]).toEqual(["READY", 200]);
  await clock.advance(1);
  expect([index.snapshot().state, status()]).toEqual(["STALE", 503]);
});
