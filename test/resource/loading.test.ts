import { expect, test, vi } from "vitest";
import { createGuard, createHealth, loaded, onRequest, retryLater, unchanged, type Resource } from "../../src/index.ts";
import { managedResourceOf } from "../../src/resource/managed-resource-of.ts";
import type { ManagedResource } from "../../src/resource/managed-resource.ts";
import { createScriptedLoader, createVirtualClock, force } from "../../src/testing/index.ts";
import { createKit, outcome, PENDING, type Item, type Kit } from "./kit.ts";

const limits = { refreshEvery: "never", timeout: "1h" } as const;
const managed = ({ index }: Kit): ManagedResource<Item> => managedResourceOf(index);

/** Ends the running load after `ms`, with what is given. */
async function loadFor(kit: Kit, ms: number, result?: unknown): Promise<void> {
  kit.index.reload().catch(() => {});
  await kit.clock.advance(ms);
  if (result instanceof Error) kit.loader.last.fail(result);
  else kit.loader.last.succeed(result ?? kit.item());
  await kit.clock.settle();
}

test("the longest load is that of a load that brought a value", async () => {
  const kit = createKit(limits);
  expect(managed(kit).slot.longestLoadMs).toBe(0);
  for (const [ms, result, longest] of [
    [3_000, undefined, 3_000],
    [1_000, undefined, 3_000],
    [9_000, new Error("down"), 3_000],
    [9_000, unchanged(), 3_000],
    [4_000, undefined, 4_000],
  ] as const) {
    await loadFor(kit, ms, result);
    expect([ms, managed(kit).slot.longestLoadMs]).toEqual([ms, longest]);
  }
  kit.index.unload();
  expect(managed(kit).slot.longestLoadMs).toBe(4_000);
  await kit.health.close();
});

test("the longest load counts where the same object is loaded anew, and not where a store brings a value", async () => {
  const kit = createKit(limits);
  const at = managed(kit).now();
  const times = { checkedAt: at, changedAt: at, asOf: undefined };
  const stored = { revision: "1", ...times, invalidated: false, origin: "store" } as const;
  const value = kit.item();
  void kit.index.reload();
  await kit.clock.advance(2_000);
  managed(kit).commit({ type: "restored", held: { value, ...stored } });
  expect(managed(kit).slot.longestLoadMs).toBe(0);
  kit.loader.last.succeed(loaded(value));
  await kit.clock.settle();
  expect(managed(kit).slot.longestLoadMs).toBe(2_000);
  await kit.health.close();
});

test("the deadline of a load is a whole ms, also where the clock is between two", async () => {
  const kit = createKit({ ...limits, timeout: "5s" });
  await kit.clock.advance(0.7);
  kit.health.start();
  await kit.clock.settle();
  expect(kit.loader.last.context.deadline).toBe(Math.floor(kit.clock.wall()) + 5_000);
  await kit.health.close();
});

test("no load starts before the time that the source asked for, but that of a reload()", async () => {
  const kit = createKit(limits, { random: () => 0 });
  kit.health.subscribe(() => {});
  kit.health.start();
  await kit.fail(retryLater("1m"));
  await kit.clock.advance(59_999);
  expect(managed(kit).startLoad(undefined)).toBe(undefined);
  expect(kit.loader.calls.length).toBe(1);
  await kit.clock.advance(1);
  expect(kit.loader.calls.length).toBe(2);
  await kit.fail(retryLater("1m"));
  void kit.index.reload().catch(() => {});
  await kit.clock.settle();
  expect(kit.loader.calls.length).toBe(3);
  await kit.health.close();
});

test("no load starts while one runs, before the start, in a drain, or after the close", async () => {
  const kit = createKit(limits);
  const starts = async (): Promise<boolean> => {
    const started = managed(kit).startLoad(undefined);
    await kit.clock.settle();
    return started !== undefined;
  };
  expect(await starts()).toBe(false);
  await kit.ready();
  expect([await starts(), await starts(), kit.loader.calls.length]).toEqual([true, false, 2]);
  await kit.load();
  kit.health.drain();
  expect([await starts(), kit.loader.calls.length]).toEqual([false, 2]);
  const other = createKit(limits);
  await other.ready();
  const resource = managed(other);
  other.index.close();
  expect(resource.startLoad(undefined)).toBe(undefined);
  await kit.health.close();
  await other.health.close();
});

test("a load says when its loader has ended, however it ends", async () => {
  for (const end of ["succeed", "fail", "unload", "late"] as const) {
    const kit = createKit({ ...limits, timeout: "1m" }, { health: { refresh: onRequest() } });
    kit.health.start();
    const resource = managed(kit);
    let isOver = false;
    const run = resource.startLoad(undefined) ?? expect.fail();
    run.onEnded = () => (isOver = true);
    await kit.clock.settle();
    expect([end, isOver]).toEqual([end, false]);
    if (end === "unload") kit.index.unload();
    if (end === "late") {
      await kit.clock.advance("1m");
      resource.tick(resource.now());
    }
    if (end === "fail") kit.loader.last.fail();
    else kit.loader.last.succeed(kit.item());
    await kit.clock.settle();
    expect([end, isOver, kit.index.snapshot().abandoned]).toEqual([end, true, 0]);
    await kit.health.close();
  }
});

test("a load whose request has ended is aborted, frees the slot, has no outcome, and counts as none given up", async () => {
  const kit = createKit(limits, { health: { refresh: onRequest() } });
  const outcomes: unknown[] = [];
  kit.index.subscribe((event) => outcomes.push(event.outcome));
  kit.health.start();
  const resource = managed(kit);
  const run = resource.startLoad(undefined) ?? expect.fail();
  await kit.clock.settle();
  outcomes.splice(0);
  const lost = kit.loader.last;
  run.leaseUntil = resource.now() + 1_000;
  await kit.clock.advance(999);
  resource.tick(resource.now());
  expect([lost.context.signal.aborted, kit.index.snapshot().state]).toEqual([false, "LOADING"]);
  await kit.clock.advance(1);
  resource.tick(resource.now());
  await kit.clock.settle();
  expect([lost.context.signal.aborted, kit.index.snapshot(), outcomes.filter(Boolean)]).toMatchObject([
    true,
    { state: "NOT_LOADED", abandoned: 0, attempt: 1, lastError: undefined },
    [],
  ]);
  lost.succeed(kit.item());
  await kit.clock.settle();
  expect([kit.index.peek(), kit.index.snapshot().abandoned, kit.disposed.length]).toEqual([undefined, 0, 1]);
  await kit.health.close();
});

test("a lease and a timeout that are both over have lost the request, because a frozen process has not failed", async () => {
  const kit = createKit({ ...limits, timeout: "1s" }, { health: { refresh: onRequest() } });
  kit.health.start();
  const resource = managed(kit);
  const run = resource.startLoad(undefined) ?? expect.fail();
  await kit.clock.settle();
  run.leaseUntil = resource.now() + 500;
  await kit.clock.advance("5s");
  resource.tick(resource.now());
  expect(kit.index.snapshot()).toMatchObject({ state: "NOT_LOADED", attempt: 1, lastError: undefined });
  await kit.health.close();
});

test("in request mode nothing but a request starts a load that is due", async () => {
  const kit = createKit({ refreshEvery: "10s" }, { health: { refresh: onRequest() } });
  kit.health.start();
  await kit.clock.advance("1m");
  const resource = managed(kit);
  resource.tick(resource.now());
  await kit.clock.settle();
  expect([kit.loader.calls.length, resource.slot.nextAttemptAt <= resource.now()]).toEqual([0, true]);
  await kit.health.close();
});

test("a load that was given up and ends brings the next attempt forward, unless there must be none", async () => {
  const attemptsIn = async (act: (kit: Kit) => unknown): Promise<number | undefined> => {
    const kit = createKit({ ...limits, timeout: "1s" }, { random: () => 0.5 });
    kit.health.subscribe(() => {});
    kit.health.start();
    await kit.clock.advance("1s");
    const hung = kit.loader.last;
    const { nextAttemptAt = 0 } = kit.index.snapshot();
    expect(nextAttemptAt - kit.clock.wall()).toBe(1_100);
    await act(kit);
    hung.fail();
    await kit.clock.settle();
    const next = kit.index.snapshot().nextAttemptAt;
    const leftMs = next && next - kit.clock.wall();
    await kit.health.close();
    return leftMs;
  };
  expect(await attemptsIn(() => {})).toBe(550);
  expect(await attemptsIn(({ health }) => health.drain())).toBe(undefined);
  expect(await attemptsIn(({ index }) => index.close())).toBe(undefined);
  expect(
    await attemptsIn(async ({ index, clock }) => {
      index.reload().catch(() => {});
      await clock.settle();
    }),
  ).toBe(undefined);
});

test("an event tells the revision that the load brought, or the one that is held, and of a failure its own alone", async () => {
  const kit = createKit({ ...limits, validate: ({ id }) => id !== "bad" });
  const told: unknown[] = [];
  kit.index.subscribe((event) => event.outcome && told.push([event.outcome, event.revision, event.attempt]));
  await loadFor(kit, 1, loaded(kit.item(), { revision: "1" }));
  await loadFor(kit, 1, unchanged());
  await loadFor(kit, 1, unchanged({ revision: "2" }));
  await loadFor(kit, 1, loaded({ id: "bad" }, { revision: "3" }));
  await loadFor(kit, 1, new Error("down"));
  await loadFor(kit, 1, kit.item());
  expect(told).toEqual([
    ["loaded", "1", 1],
    ["unchanged", "1", 1],
    ["unchanged", "2", 1],
    ["rejected", "3", 1],
    ["failed", undefined, 2],
    ["loaded", undefined, 3],
  ]);
  await kit.health.close();
});

test("an invalidate() in a listener that hears of age comes before the refresh that is due, and needs no other", async () => {
  const kit = createKit({ refreshEvery: "10s", staleAfter: 10_001, jitter: 0 }, { random: () => 0.5 });
  kit.index.subscribe(({ state, snapshot }) => {
    if (state === "STALE" && !snapshot.refreshing) kit.index.invalidate();
  });
  await kit.ready();
  // No timer fires, until the value is old and its refresh is due.
  kit.clock.freeze("20s");
  managed(kit).tick(managed(kit).now());
  await kit.clock.settle();
  expect(kit.loader.calls.length).toBe(2);
  await kit.load();
  await kit.clock.advance("9s");
  expect([kit.loader.calls.length, kit.index.snapshot().state]).toEqual([2, "READY"]);
  await kit.health.close();
});

test.each(["fails", "times out"])("a reload() from the print of a load that %s waits for the timer", async (end) => {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  const loader = createScriptedLoader<object>();
  const index = health.resource("index", { ...limits, timeout: "1s", load: loader.load });
  const { slot } = managedResourceOf(index);
  const seen: unknown[] = [];
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {
    index.reload().catch(() => {});
    seen.push(slot.run);
  });
  health.start();
  await clock.settle();
  if (end === "fails") loader.last.fail();
  await clock.advance(end === "fails" ? 1 : 1_001);
  warn.mockRestore();
  expect([seen, loader.calls.length, slot.run?.id]).toEqual([[undefined], 2, 2]);
  await health.close();
});

test("a load that was given up before its turn calls no loader", async () => {
  const kit = createKit(limits);
  kit.health.start();
  kit.index.unload();
  expect(managed(kit).slot.lastRun).toBe(1);
  kit.health.drain();
  await kit.clock.settle();
  expect(kit.loader.calls.length).toBe(0);
  await kit.health.close();
});

test.each([
  [999, true],
  [1_000, false],
])("a result that comes before the timer, %i ms after the start, is in time: %s", async (lateMs, isInTime) => {
  const clock = createVirtualClock();
  let ms = 0;
  const late = { ...clock, monotonic: () => clock.monotonic() + ms };
  const kit = createKit({ ...limits, timeout: "1s" }, { health: { clock: late } });
  kit.health.start();
  await clock.settle();
  const resource = managed(kit);
  const run = resource.slot.run ?? expect.fail();
  ms = lateMs;
  const action = { type: "loaded", at: resource.now(), value: kit.item(), revision: "1", asOf: undefined } as const;
  // It says whether the value was accepted.
  expect(resource.endRun(run, action)).toBe(isInTime);
  expect(kit.index.snapshot()).toMatchObject(
    isInTime
      ? { state: "READY", revision: "1" }
      : { state: "NOT_LOADED", lastError: { error: { code: "HS_TIMED_OUT" } } },
  );
  await kit.health.close();
});

test("a value from a store answers get(), and no reload()", async () => {
  const kit = createKit(limits);
  const [got, reloaded] = [kit.index.get(), kit.index.reload()];
  await kit.clock.settle();
  const at = managed(kit).now();
  const value = kit.item();
  const times = { checkedAt: at, changedAt: at, asOf: undefined };
  const stored = { revision: "1", ...times, invalidated: false, origin: "store" } as const;
  managed(kit).commit({ type: "restored", held: { value, ...stored } });
  expect([await outcome(got), await outcome(reloaded)]).toEqual([{ value }, PENDING]);
  await kit.health.close();
});

test("a loader is told the asOf of the value in use, by the wall clock", async () => {
  const kit = createKit(limits);
  const asOf = kit.clock.wall() - 5_000;
  await loadFor(kit, 1, loaded(kit.item(), { asOf }));
  await loadFor(kit, 1_000);
  expect(kit.loader.last.context.asOf).toBe(asOf);
  await kit.health.close();
});

test("the event of an unload() during a load tells no figures of that load", async () => {
  const kit = createKit(limits);
  const told: unknown[] = [];
  kit.index.subscribe(({ type, outcome: ended, attempt, durationMs }) => told.push([type, ended, attempt, durationMs]));
  kit.health.start();
  await kit.clock.advance("1s");
  told.splice(0);
  kit.index.unload();
  await kit.clock.settle();
  expect(told.slice(0, 1)).toEqual([["transition", undefined, undefined, undefined]]);
  await kit.health.close();
});

test("force() puts a load in the slot that never ends, and plans none", async () => {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  let loads = 0;
  const index: Resource<object> = health.resource<object>("index", { load: () => ({ n: ++loads }), timeout: "1s" });
  const resource = managedResourceOf(index);
  resource.host.begin();
  force(index, "LOADING");
  await clock.advance("1d");
  expect([index.snapshot().state, index.snapshot().nextAttemptAt, loads]).toEqual(["LOADING", undefined, 0]);
  force(index, "NOT_LOADED");
  await clock.advance("1d");
  expect([index.snapshot().state, loads]).toEqual(["NOT_LOADED", 0]);
  const waiting = index.get({ signal: AbortSignal.abort() });
  expect(await outcome(waiting)).toMatchObject({ error: { reason: "aborted" } });
  await health.close();
});

test("with refreshEvery never, no refresh is planned when the value becomes stale, and each of these calls starts one", async () => {
  const { clock, health, index, loader, ready, load } = createKit({ refreshEvery: "never", staleAfter: "1m" });
  await ready();
  await clock.advance("1d");
  expect([loader.calls.length, index.snapshot().state]).toEqual([1, "STALE"]);
  const decide = createGuard(index, { maxAge: "1m", wait: "1m" });
  const calls: readonly (() => unknown)[] = [
    () => index.reload(),
    () => index.invalidate(),
    () => index.get({ maxAge: "1m" }),
    () => decide(),
  ];
  for (const call of calls) {
    const before = loader.calls.length;
    void call();
    // invalidate() sets the timer, and the others load at once.
    await clock.advance(1);
    expect(loader.calls.length).toBe(before + 1);
    await load();
    await clock.advance("1d");
    expect(loader.calls.length).toBe(before + 1);
  }
  await health.close();
});

test.each<readonly [string, (kit: Kit) => unknown]>([
  ["get()", ({ index }) => index.get()],
  ["reload()", ({ index }) => index.reload()],
  ["whenReady()", ({ health }) => health.whenReady()],
  ["a guard", ({ index }) => createGuard(index, { wait: "1m" })()],
  ["a probe", ({ health }) => health.match(new Request("http://service/status/live"))],
])("%s starts the loads of a health that was not started", async (_, call) => {
  const kit = createKit(limits);
  await kit.clock.settle();
  expect(kit.loader.calls.length).toBe(0);
  const answer = call(kit);
  await kit.clock.settle();
  expect(kit.loader.calls.length).toBe(1);
  await kit.load();
  await answer;
  await kit.health.close();
});
