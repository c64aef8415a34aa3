import { runInNewContext } from "node:vm";
import { expect, test, vi } from "vitest";
import {
  borrow,
  createGuard,
  createHealth,
  isNotReady,
  loaded,
  onRequest,
  type Resource,
  type ResourceOptions,
} from "../../src/index.ts";
import { leasesOf } from "../../src/resource/lease.ts";
import { createScriptedLoader, createVirtualClock } from "../../src/testing/index.ts";
import { createKit, outcome } from "./kit.ts";

const rhythm = { refreshEvery: "30s", staleAfter: "65s", jitter: 0, timeout: "5s" } as const;
const status = (health: { fetch(request: Request): Response }, path: string): number =>
  health.fetch(new Request(`http://x${path}`)).status;

test("a result that arrives after the timeout is discarded, also when no timer has run yet", async () => {
  const clock = createVirtualClock();
  let skipped = 0;
  // A process that stands still: monotonic time passes, and no timer runs.
  const health = createHealth({ clock: { ...clock, monotonic: () => clock.monotonic() + skipped } });
  const loader = createScriptedLoader<object>();
  const disposed: object[] = [];
  const outcomes: unknown[] = [];
  const index = health.resource("index", { ...rhythm, load: loader.load, dispose: (value) => disposed.push(value) });
  health.subscribe((event) => "outcome" in event && outcomes.push(event.outcome));
  health.start();
  await clock.settle();
  skipped = 5_000;
  const late = {};
  loader.last.succeed(late);
  await clock.settle();
  expect([outcomes, index.peek(), disposed]).toEqual([["timed-out"], undefined, [late]]);
  await health.close();
});

test("a step of the wall clock ends no load: the timeout counts monotonic time", async () => {
  for (const by of [3_600_000, 86_400_000 * 365, -3_600_000]) {
    const kit = createKit(rhythm);
    kit.health.start();
    await kit.clock.settle();
    kit.clock.jump(by);
    kit.health.snapshot();
    kit.index.snapshot();
    await kit.clock.advance(4_999);
    expect([by, kit.index.snapshot().state, kit.loader.calls.length]).toEqual([by, "LOADING", 1]);
    await kit.clock.advance(1);
    expect([by, kit.index.snapshot().lastError?.error]).toMatchObject([by, { code: "HS_TIMED_OUT" }]);
    await kit.health.close();
  }
});

test("when a look at the clock shows a jump, the timer is set anew", async () => {
  const kit = createKit({ refreshEvery: "1h", jitter: 0 });
  await kit.ready();
  await kit.clock.advance("10m");
  kit.clock.jump("49m");
  kit.index.snapshot();
  await kit.clock.settle();
  await kit.clock.advance("61s");
  expect(kit.loader.calls.length).toBe(2);
  await kit.health.close();
});

test("a value is never disposed of while a run that brought it back validates it", async () => {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  const [first, second] = [{ id: 1 }, { id: 2 }];
  const results = [first, second, first];
  const disposed: object[] = [];
  let decide: (isGood: boolean) => void = () => {};
  let loads = 0;
  const index = health.resource<object>("index", {
    load: () => {
      loads++;
      return loaded(results.shift() ?? {});
    },
    validate: () => (loads < 3 ? true : new Promise((resolve) => (decide = resolve))),
    dispose: (value) => disposed.push(value),
    disposeAfter: "1s",
  });
  health.subscribe(() => {});
  health.start();
  await clock.settle();
  await Promise.all([index.reload(), clock.settle()]);
  void index.reload().catch(() => {});
  await clock.advance("10s");
  expect(disposed).toEqual([]);
  decide(true);
  await clock.advance("10s");
  expect([index.peek(), disposed]).toEqual([first, [second]]);
  await health.close();
});

test("many gets, whenReady() and guards on one signal cost one listener, and none is left", async () => {
  const kit = createKit(rhythm);
  const { signal } = new AbortController();
  const add = vi.spyOn(signal, "addEventListener");
  const remove = vi.spyOn(signal, "removeEventListener");
  for (let caller = 0; caller < 500; caller++) {
    kit.index.get({ signal }).catch(() => {});
    kit.health.whenReady({ signal }).catch(() => {});
  }
  expect(add).toHaveBeenCalledTimes(1);
  await kit.ready();
  expect(remove).toHaveBeenCalledTimes(1);
  await kit.health.close();
});

test("the loader's context may be wrapped and copied", async () => {
  const seen: boolean[] = [];
  const kit = createKit({
    ...rhythm,
    load: (context) => {
      const copies = [
        context,
        new Proxy(context, {}),
        Object.create(context) as typeof context,
        { ...context },
        Object.assign({}, context),
      ];
      seen.push(copies.every(({ signal, attempt }) => signal === context.signal && attempt === 1));
      return { id: "x" };
    },
  });
  kit.health.start();
  await kit.clock.settle();
  expect(seen).toEqual([true]);
  await kit.health.close();
});

test("the methods of a resource and of a health may be taken off and handed on", async () => {
  const kit = createKit({ ...rhythm, load: () => ({ id: "x" }) });
  const { get, peek, snapshot, reload, invalidate, unload, subscribe, close } = kit.index;
  const {
    start,
    whenReady,
    fetch,
    match,
    answerAs: answer,
    subscribe: subscribeAll,
    snapshot: whole,
    drain,
    close: end,
  } = kit.health;
  start();
  await whenReady();
  expect([(await get()).id, peek()?.id, snapshot().state]).toEqual(["x", "x", "READY"]);
  expect((await reload()).generation).toBe(2);
  const told: string[] = [];
  subscribe(({ type }) => told.push(type));
  subscribeAll(({ type }) => told.push(type));
  await kit.clock.settle();
  invalidate();
  await kit.clock.settle();
  expect(told.length).toBeGreaterThan(2);
  unload();
  expect(peek()).toBeUndefined();
  const request = new Request("http://x/status");
  expect([fetch(request).status, match(request)?.status, answer("liveness", request).status]).toEqual([503, 503, 200]);
  close();
  drain();
  expect(whole()).toMatchObject({ draining: true, resources: [] });
  await Promise.all([end(), kit.clock.advance("6s")]);
});

test.each<readonly [string, (index: Resource<{ id: string }>) => Resource<{ id: string }>]>([
  ["a Proxy of", (index) => new Proxy(index, {})],
  ["a Proxy with a trap around", (index) => new Proxy(index, { get: (of, name, self) => Reflect.get(of, name, self) })],
  ["an object that inherits from", (index) => Object.create(index) as typeof index],
])("%s a resource is as good as the resource", async (_, wrap) => {
  const kit = createKit({ ...rhythm, load: () => ({ id: "x" }) });
  const index = wrap(kit.index);
  expect([index.name, (await index.get()).id, index.peek()?.id]).toEqual(["index", "x", "x"]);
  expect((await index.reload()).generation).toBe(2);
  const told: string[] = [];
  const leave = index.subscribe(({ type }) => told.push(type));
  await kit.clock.settle();
  leave();
  index.invalidate();
  expect([told, index.snapshot().state]).toEqual([["current"], "STALE"]);
  expect(await createGuard(index)()).toBeUndefined();
  const lease = borrow(index);
  expect([lease?.value.id, leasesOf(kit.index)]).toEqual(["x", 1]);
  lease?.release();
  index.unload();
  index.close();
  expect(kit.health.snapshot().resources).toEqual([]);
  await Promise.all([kit.health.close(), kit.clock.advance("6s")]);
});

test("once startup has answered 200 it never answers 503 again, until close()", async () => {
  const kit = createKit(rhythm);
  await kit.ready();
  expect(status(kit.health, "/status/startup")).toBe(200);
  const never: ResourceOptions<object> = { load: () => new Promise(() => {}) };
  kit.health.resource("late", never);
  expect(status(kit.health, "/status/startup")).toBe(200);
  kit.index.unload();
  expect(status(kit.health, "/status/startup")).toBe(200);
  kit.index.close();
  expect(status(kit.health, "/status/startup")).toBe(200);
  kit.health.drain();
  expect(status(kit.health, "/status/startup")).toBe(200);
  await Promise.all([kit.health.close(), kit.clock.advance("6s")]);
  expect(status(kit.health, "/status/startup")).toBe(503);
});

test("get({ maxAge }) is answered by a load that started after the call, however long it took", async () => {
  const kit = createKit({ ...rhythm, timeout: "5m" });
  await kit.ready();
  await kit.clock.advance("2s");
  const waiting = kit.index.get({ maxAge: "1s" });
  await kit.clock.advance("20s");
  const value = await kit.load();
  expect(await outcome(waiting)).toEqual({ value });
  await kit.health.close();
});

test("get({ maxAge }) never hands out an older value: asOf of the source's makes it stale", async () => {
  const kit = createKit({ ...rhythm, timeout: "5m" });
  await kit.ready();
  await kit.clock.advance("2s");
  const waiting = kit.index.get({ maxAge: "1s" });
  await kit.clock.settle();
  kit.loader.last.succeed(loaded(kit.item(), { asOf: kit.clock.wall() - 10_000 }));
  await kit.clock.settle();
  expect(await outcome(waiting)).toMatchObject({ error: { reason: "stale", resource: "index" } });
  await kit.health.close();
});

test("get({ maxAge }) judges asOf at the start of a load that started after the call", async () => {
  for (const [ageAtStart, answer] of [
    [999, "value"],
    [1_001, "error"],
  ] as const) {
    const kit = createKit({ ...rhythm, timeout: "5m" });
    await kit.ready();
    await kit.clock.advance("2s");
    const waiting = kit.index.get({ maxAge: "1s" });
    await kit.clock.settle();
    const startedAt = kit.clock.wall();
    await kit.clock.advance("20s");
    kit.loader.last.succeed(loaded(kit.item(), { asOf: startedAt - ageAtStart }));
    await kit.clock.settle();
    expect(await outcome(waiting)).toHaveProperty(answer);
    await kit.health.close();
  }
});

test("get({ maxAge }) refuses where the refresh failed, in request mode too", async () => {
  for (const isRequestMode of [false, true]) {
    const clock = createVirtualClock();
    const health = createHealth({ clock, ...(isRequestMode && { refresh: onRequest() }) });
    health.subscribe(() => {});
    let loads = 0;
    const index = health.resource<object>("index", {
      ...rhythm,
      load: () => {
        if (++loads > 1) throw new Error("down");
        return {};
      },
    });
    await Promise.all([index.get(), clock.advance(1_000)]);
    await clock.advance("3s");
    const asked = outcome(index.get({ maxAge: "1s" }));
    await clock.advance("1s");
    expect([isRequestMode, await asked]).toMatchObject([isRequestMode, { error: { reason: "failed" } }]);
    await health.close();
  }
});

test("a guard whose maxAge is shorter than a load needs wait, and with it is served", async () => {
  const kit = createKit({ ...rhythm, timeout: "5m" });
  await kit.ready();
  await kit.clock.advance("2s");
  expect(await createGuard(kit.index, { maxAge: "1s" })()).toMatchObject({ status: 503 });
  const admitted = createGuard(kit.index, { maxAge: "1s", wait: "1m" })();
  // The load that the first guard began is no answer to the second: one that starts after its call is.
  await kit.clock.advance("20s");
  await kit.load();
  await kit.clock.advance("20s");
  await kit.load();
  expect(await admitted).toBeUndefined();
  await kit.health.close();
});

test("NotReadyError names its resource, or none where several were waited for; isNotReady() knows it", async () => {
  const health = createHealth({ clock: createVirtualClock() });
  const index = health.resource<object>("index", { load: () => new Promise(() => {}) });
  const signal = AbortSignal.abort();
  const [one, all] = await Promise.allSettled([index.get({ signal }), health.whenReady({ signal })]);
  for (const [settled, resource] of [
    [one, "index"],
    [all, undefined],
  ] as const) {
    const error: unknown = settled.status === "rejected" ? settled.reason : undefined;
    expect(isNotReady(error)).toBe(true);
    expect(error).toMatchObject({ code: "HS_NOT_READY", resource, reason: "aborted" });
  }
  const foreign: unknown = runInNewContext('Object.assign(new Error("x"), { name: "NotReadyError" })');
  expect(isNotReady(foreign)).toBe(true);
  for (const other of [undefined, null, {}, { name: "NotReadyError" }, new Error("x")])
    expect(isNotReady(other)).toBe(false);
  await health.close();
});

test("the slot is taken at once, and the loader is called in a later microtask", async () => {
  const kit = createKit(rhythm);
  kit.health.start();
  expect([kit.index.snapshot().state, kit.loader.calls.length]).toEqual(["LOADING", 0]);
  await kit.clock.settle();
  expect(kit.loader.calls.length).toBe(1);
  await kit.health.close();
});

test("a run that is given up by unload() or close() has no outcome", async () => {
  for (const act of ["unload", "close"] as const) {
    const kit = createKit(rhythm);
    const outcomes: unknown[] = [];
    kit.index.subscribe((event) => outcomes.push(event.outcome));
    kit.health.start();
    await kit.clock.settle();
    kit.index[act]();
    await kit.clock.settle();
    expect([act, outcomes.filter((one) => one !== undefined)]).toEqual([act, []]);
    await kit.health.close();
  }
});

test("a past run holds nothing: neither what it brought nor previous is kept alive by those who waited", async () => {
  // Needs the collector: it is made available for this test alone.
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  health.subscribe(() => {});
  const refs: WeakRef<object>[] = [];
  let loads = 0;
  const index = health.resource<object>("index", {
    load: () => {
      const value = { data: new Uint8Array(10_000) };
      refs.push(new WeakRef(value));
      loads++;
      return value;
    },
    // The second is refused, and the third replaces the first.
    validate: () => loads !== 2,
  });
  const waits: Promise<unknown>[] = [];
  const wait = (): void =>
    void waits.push(
      index.reload().then(
        () => {},
        () => {},
      ),
      index.get().then(
        () => {},
        () => {},
      ),
    );
  health.start();
  for (let load = 0; load < 3; load++) {
    wait();
    await clock.advance("10m");
  }
  await Promise.all(waits);
  for (let time = 0; time < 20 && refs.slice(0, -1).some((ref) => ref.deref()); time++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    collect();
  }
  expect(refs.length).toBeGreaterThanOrEqual(3);
  expect(refs.slice(0, -1).map((ref) => ref.deref())).toEqual(refs.slice(0, -1).map(() => undefined));
  expect(index.peek()).toBeDefined();
  await health.close();
});

test("a frozen resource and a frozen health keep their methods, taken off or not", async () => {
  const kit = createKit({ ...rhythm, load: () => ({ id: "x" }) });
  const index = Object.freeze(kit.index);
  const health = Object.freeze(kit.health);
  const { get, peek } = index;
  health.start();
  expect([(await get()).id, peek()?.id, (await index.get()).id]).toEqual(["x", "x", "x"]);
  index.invalidate();
  expect(index.snapshot().state).toBe("STALE");
  await health.close();
});

test.each(["10h", "-10h"] as const)("a step of the wall clock by %s makes no load longer or shorter", async (step) => {
  const kit = createKit({ ...rhythm, timeout: "10m" });
  const took: (number | undefined)[] = [];
  kit.health.subscribe((event) => {
    if ("outcome" in event) took.push(event.durationMs);
  });
  kit.health.start();
  await kit.clock.advance(2_000);
  kit.clock.jump(step === "10h" ? 36_000_000 : -36_000_000);
  await kit.clock.advance(1_000);
  kit.loader.last.succeed({});
  await kit.clock.settle();
  expect(took).toEqual([3_000]);
  await kit.health.close();
});
