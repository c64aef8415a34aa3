import { expect, test } from "vitest";
import {
  createGate,
  createHealth,
  limitLoads,
  loaded,
  onRequest,
  type GateAsk,
  type ResourceEvent,
} from "../../src/index.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/index.ts";
import { refused } from "../kit/refused.ts";
import { createKit, outcome, PENDING, type Kit } from "../resource/kit.ts";
import type { ResourceOptions } from "../../src/index.ts";
import type { Item } from "../resource/kit.ts";

interface Turn extends GateAsk {
  readonly open: () => void;
  readonly fail: (error: unknown) => void;
  released: number;
}

interface GateKit extends Kit {
  readonly turns: Turn[];
  /** Every event of a gate, as `result: reason`. */
  readonly told: string[];
}

/** A resource whose gate the test opens. */
function createGateKit(options: Partial<ResourceOptions<Item>> = {}): GateKit {
  const turns: Turn[] = [];
  const told: string[] = [];
  const gate = createGate(
    (ask) =>
      new Promise((resolve, reject) => {
        const turn: Turn = { ...ask, open: () => resolve(() => turn.released++), fail: reject, released: 0 };
        turns.push(turn);
      }),
  );
  const kit = createKit({ refreshEvery: "30s", staleAfter: "65s", jitter: 0, gate, ...options });
  kit.index.subscribe(({ type, result, reason }: ResourceEvent) => {
    if (type === "gate") told.push(`${result}: ${reason}`);
  });
  return Object.assign(kit, { turns, told });
}

test("while a resource waits for its turn no load runs, and without a value it is NOT_LOADED", async () => {
  const { health, clock, index, turns, loader, load } = createGateKit();
  health.start();
  await clock.settle();
  expect(turns.map(({ name, first }) => ({ name, first }))).toEqual([{ name: "index", first: true }]);
  expect([index.snapshot().state, loader.calls.length]).toEqual(["NOT_LOADED", 0]);
  turns[0]?.open();
  await clock.settle();
  expect([index.snapshot().state, loader.calls.length]).toEqual(["LOADING", 1]);
  expect(turns[0]?.released).toBe(0);
  await load();
  expect([index.snapshot().state, turns[0]?.released]).toEqual(["READY", 1]);
});

test("the timeout starts after the turn", async () => {
  const { health, clock, index, turns } = createGateKit({ timeout: "5s" });
  health.start();
  await clock.advance(20_000);
  turns[0]?.open();
  await clock.advance(4_999);
  expect(index.snapshot()).toMatchObject({ state: "LOADING", abandoned: 0 });
  await clock.advance(1);
  expect(index.snapshot()).toMatchObject({ state: "NOT_LOADED", abandoned: 1 });
  expect(turns[0]?.released).toBe(1);
});

test("a refresh asks for its own turn, says that it is no first load, and the value serves meanwhile", async () => {
  const { health, clock, index, turns, load } = createGateKit();
  health.start();
  await clock.settle();
  turns[0]?.open();
  await load();
  await clock.advance(30_000);
  expect(turns.map(({ first }) => first)).toEqual([true, false]);
  expect(index.snapshot()).toMatchObject({ state: "READY", refreshing: false });
});

test("reload() waits for its turn too", async () => {
  const { health, clock, index, turns, load, loader } = createGateKit();
  health.start();
  await clock.settle();
  turns[0]?.open();
  await load();
  const reloaded = index.reload();
  await clock.settle();
  expect([turns.length, loader.calls.length, await outcome(reloaded)]).toEqual([2, 1, PENDING]);
  turns[1]?.open();
  const value = await load();
  expect((await reloaded).value).toBe(value);
});

test("get() waits through the turn and the load, and holds the process", async () => {
  const { clock, index, turns, load, left } = createGateKit();
  const got = index.get();
  await clock.settle();
  expect([turns.length, await outcome(got), left().holding]).toEqual([1, PENDING, 1]);
  turns[0]?.open();
  const value = await load();
  expect(await got).toBe(value);
  expect(left().holding).toBe(0);
});

test("after a failure get() waits for the turn of the next attempt", async () => {
  const { health, clock, index, turns, fail, load } = createGateKit();
  health.start();
  await clock.settle();
  turns[0]?.open();
  await fail();
  await clock.advance(1_000);
  expect(turns.length).toBe(2);
  const got = index.get();
  turns[1]?.open();
  const value = await load();
  expect(await got).toBe(value);
});

test("a gate that fails is passed at once, with an event", async () => {
  const { health, clock, turns, loader, told, load, index } = createGateKit();
  health.start();
  await clock.settle();
  turns[0]?.fail(new Error("no\nRedis"));
  await clock.settle();
  expect([loader.calls.length, told]).toEqual([1, ["failed: Error: no\\u000aRedis"]]);
  await load();
  expect(index.snapshot()).toMatchObject({ state: "READY", lastError: undefined });
});

test("a gate that gives no function is passed at once, with an event", async () => {
  // SAFETY: a user in JavaScript may give what the type forbids.
  const gate = createGate(() => Promise.resolve(undefined as unknown as () => void));
  const { health, clock, loader, told } = createGateKit({ gate });
  await clock.settle();
  health.start();
  await clock.settle();
  expect([loader.calls.length, told.length]).toEqual([1, 1]);
});

test("a gate that never answers is passed after gateWait, and a turn that comes later is given back at once", async () => {
  const { health, clock, turns, loader, told } = createGateKit();
  health.start();
  await clock.advance(29_999);
  expect(loader.calls.length).toBe(0);
  await clock.advance(1);
  expect([loader.calls.length, told.length, turns[0]?.signal.aborted]).toEqual([1, 1, true]);
  turns[0]?.open();
  await clock.settle();
  expect([turns[0]?.released, loader.calls.length]).toEqual([1, 1]);
});

test("a gate that never answers is passed before the value is STALE", async () => {
  const { health, clock, turns, loader, load, index } = createGateKit({ gateWait: "10m" });
  health.start();
  await clock.settle();
  turns[0]?.open();
  await load();
  await clock.advance(64_999);
  expect([turns.length, loader.calls.length]).toEqual([2, 1]);
  await clock.advance(1);
  expect([loader.calls.length, index.snapshot().state]).toEqual([2, "READY"]);
});

test("gateWait runs anew whenever the gate says that it is alive", async () => {
  const { health, clock, turns, loader } = createGateKit({ gateWait: "10s" });
  health.start();
  await clock.settle();
  for (let times = 0; times < 5; times++) {
    await clock.advance(9_000);
    turns[0]?.waiting(5 - times);
  }
  expect(loader.calls.length).toBe(0);
  await clock.advance(9_999);
  expect(loader.calls.length).toBe(0);
  await clock.advance(1);
  expect(loader.calls.length).toBe(1);
});

test("the place in the queue is in the snapshot until the turn comes, or nobody waits for it", async () => {
  const { health, clock, turns, index, load } = createGateKit();
  const place = (): number | undefined => index.snapshot().place;
  health.start();
  await clock.settle();
  expect(place()).toBeUndefined();
  for (const passed of [3, undefined, 1]) turns[0]?.waiting(passed);
  expect(place()).toBe(1);
  turns[0]?.open();
  await clock.settle();
  turns[0]?.waiting(2);
  expect(place()).toBeUndefined();
  await load();
  index.reload().catch(() => {});
  await clock.settle();
  turns[1]?.waiting(7);
  expect(place()).toBe(7);
  health.drain();
  expect(place()).toBeUndefined();
});

test("a place that is none is an error where it is passed, and changes nothing", async () => {
  const { health, clock, turns, index } = createGateKit();
  health.start();
  await clock.settle();
  for (const wrong of [0, -1, 1.5, Number.NaN, Infinity, "2" as never, null as never])
    expect(() => turns[0]?.waiting(wrong)).toThrow("the place is");
  expect(index.snapshot().place).toBeUndefined();
});

test("a drain ends the wait, and a turn that comes after it is given back at once", async () => {
  const { health, clock, turns, loader, index, left } = createGateKit();
  const got = index.get();
  await clock.settle();
  health.drain();
  await expect(got).rejects.toMatchObject({ reason: "draining" });
  expect(turns[0]?.signal.aborted).toBe(true);
  turns[0]?.open();
  await clock.settle();
  expect([turns[0]?.released, loader.calls.length]).toEqual([1, 0]);
  await clock.advance(60_000);
  expect([loader.calls.length, left().timers]).toEqual([0, 0]);
});

test("close() gives back the turn of the load that runs", async () => {
  const { health, clock, turns } = createGateKit();
  health.start();
  await clock.settle();
  turns[0]?.open();
  await clock.settle();
  await health.close();
  expect(turns[0]?.released).toBe(1);
});

test("unload() gives back the turn of the load that runs, and the next load asks for another", async () => {
  const { health, clock, turns, index } = createGateKit();
  health.start();
  await clock.settle();
  turns[0]?.open();
  await clock.settle();
  index.unload();
  await clock.advance(0);
  expect([turns[0]?.released, turns.length]).toEqual([1, 2]);
});

test("in request mode a gate is refused at construction", () => {
  const health = createHealth({ refresh: onRequest() });
  expect(() => health.resource("index", { load: () => 1, gate: limitLoads(1) })).toThrow(
    refused(
      "health-state: the option gate needs timers, and request mode has none. Remove gate, or remove onRequest().",
      "HS_WRONG_MODE",
    ),
  );
  health.resource("index", { load: () => 1 });
});

test("a gate that is a plain function is refused, with what to do", () => {
  // SAFETY: a user in JavaScript may pass what the type forbids.
  const gate = (() => undefined) as unknown as ReturnType<typeof limitLoads>;
  expect(() => createHealth().resource("index", { load: () => 1, gate })).toThrow(/createGate\(\)/);
});

interface Loads {
  readonly running: string[];
  readonly clock: VirtualClock;
  readonly most: () => number;
  start(): void;
  end(name: string): Promise<void>;
}

/** Resources that share a gate, whose loads the test ends. */
function createShared(most: number, names: readonly string[]): Loads {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  const gate = limitLoads(most);
  const running: string[] = [];
  const ends = new Map<string, () => void>();
  let seen = 0;
  for (const name of names)
    health.resource(name, {
      load: () => {
        running.push(name);
        seen = Math.max(seen, running.length);
        return new Promise((resolve) => ends.set(name, () => resolve(loaded(name))));
      },
      refreshEvery: "1h",
      gate,
    });
  return {
    clock,
    running,
    most: () => seen,
    start: () => health.start(),
    async end(name) {
      running.splice(running.indexOf(name), 1);
      ends.get(name)?.();
      await clock.settle();
    },
  };
}

test("limitLoads(2) runs two loads of five at once, and each gets its turn", async () => {
  const { clock, running, most, start, end } = createShared(2, ["a", "b", "c", "d", "e"]);
  start();
  await clock.settle();
  const order: string[] = [];
  while (running[0]) {
    order.push(running[0]);
    await end(running[0]);
  }
  expect([order.sort().join(""), most()]).toEqual(["abcde", 2]);
});

test("limitLoads() lets first loads go before refreshes, whoever asked first, and tells each its place", async () => {
  const gate = limitLoads(1);
  const order: string[] = [];
  const places: string[] = [];
  const { signal } = new AbortController();
  const ask = async (name: string, first: boolean): Promise<void> => {
    const release = await gate({ name, first, signal, waiting: (place) => places.push(`${name}${place}`) });
    order.push(name);
    await Promise.resolve();
    release();
    release();
  };
  await Promise.all([ask("a", true), ask("b", false), ask("c", false), ask("d", true), ask("e", true)]);
  expect(order.join("")).toBe("adebc");
  expect(places.join(" ")).toBe("e1 b2 c3 b1 c2 c1");
});

test("a load ahead that takes longer than gateWait does not make limitLoads() be passed", async () => {
  const { clock, running, start, end } = createShared(1, ["a", "b"]);
  start();
  await clock.advance(200_000);
  const [first = ""] = running;
  expect(running.length).toBe(1);
  await end(first);
  expect([running.length, running[0] === first]).toEqual([1, false]);
});

test("a resource that is closed leaves the queue of limitLoads()", async () => {
  const clock = createVirtualClock();
  const gate = limitLoads(1);
  const one = createHealth({ clock });
  const other = createHealth({ clock });
  const order: string[] = [];
  let end = (_: string): void => {};
  one.resource("a", { load: () => new Promise((resolve) => (end = resolve)), gate });
  const b = one.resource("b", { load: () => order.push("b"), gate });
  other.resource("c", { load: () => order.push("c"), gate });
  one.start();
  await clock.settle();
  other.start();
  await clock.settle();
  b.close();
  end("a");
  await clock.settle();
  expect(order).toEqual(["c"]);
});

test.each([0, 1.5, "2", NaN])("limitLoads(%j) is refused", (most) => {
  // SAFETY: a user in JavaScript may pass what the type forbids.
  expect(() => limitLoads(most as number)).toThrow(TypeError);
});
