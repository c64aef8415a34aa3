import { expect, test, vi } from "vitest";
import { registryOf } from "../../src/health/registry-of.ts";
import { createHealth, loaded, unchanged } from "../../src/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import { createKit, outcome } from "./kit.ts";

const rejections: unknown[] = [];
process.on("unhandledRejection", (reason) => rejections.push(reason));

const rhythm = { refreshEvery: "30s", staleAfter: "65s", jitter: 0, timeout: "5s" } as const;

test("a listener that unsubscribes itself is told no more, and one that it subscribes is told the present once", async () => {
  const kit = createKit(rhythm);
  const [first, second]: [string[], string[]] = [[], []];
  const leave = kit.index.subscribe(({ type, state }) => {
    first.push(`${type} ${state}`);
    if (state !== "LOADING" || second.length) return;
    leave();
    kit.index.subscribe((event) => second.push(`${event.type} ${event.state}`));
  });
  await kit.ready();
  expect(first).toEqual(["current LOADING"]);
  expect(second).toEqual(["current LOADING", "transition READY"]);
  leave();
});

test("a listener that leaves before its first call is never told", async () => {
  const kit = createKit(rhythm);
  let told = 0;
  kit.index.subscribe(() => told++)();
  kit.health.subscribe(() => told++)();
  await kit.ready();
  expect(told).toBe(0);
});

test("a listener that leaves twice is counted once, so that no other counts for nothing", async () => {
  const kit = createKit(rhythm);
  const { subscribers } = registryOf(kit.health);
  const leave = kit.health.subscribe(() => {});
  kit.health.subscribe(() => {});
  await kit.clock.settle();
  expect([subscribers.size, subscribers.readers]).toEqual([2, 2]);
  leave();
  leave();
  expect([subscribers.size, subscribers.readers]).toEqual([1, 1]);
  await kit.health.close();
});

test("a listener that another makes leave is not told of the event that is being told, and one that subscribed twice stays once", async () => {
  const kit = createKit(rhythm);
  const told: string[] = [];
  const twice = (): unknown => told.push("twice");
  kit.index.subscribe(({ type }) => {
    told.push("first");
    if (type === "transition") {
      leave();
      leaveOnce();
    }
  });
  const leave = kit.index.subscribe(() => told.push("left"));
  kit.index.subscribe(twice);
  const leaveOnce = kit.index.subscribe(twice);
  await kit.clock.settle();
  expect(told).toEqual(["first", "left", "twice", "twice"]);
  told.length = 0;
  kit.index.invalidate();
  await kit.ready();
  expect(told.slice(0, 2)).toEqual(["first", "twice"]);
  expect(told.join(" ").replaceAll("first twice", "")).toMatch(/^ *$/);
});

test("a read tells nobody", async () => {
  const kit = createKit({ ...rhythm, refreshEvery: "never" });
  await kit.ready();
  const told = kit.events.length;
  kit.clock.freeze(65_001);
  expect([kit.index.snapshot().state, kit.events.length]).toEqual(["STALE", told]);
  kit.index.peek();
  expect(kit.events.length).toBe(told);
  await kit.clock.settle();
  expect(kit.events.slice(told)).toEqual(["transition READY>STALE"]);
});

test("an abort listener that calls back disturbs neither the count of abandoned loads nor the one that follows", async () => {
  for (const [act, loads] of [
    ["unload", 2],
    ["reload", 2],
    ["invalidate", 2],
  ] as const) {
    const kit = createKit({ ...rhythm, timeout: "5s" });
    await kit.ready();
    void kit.index.reload();
    await kit.clock.settle();
    kit.loader.last.context.signal.addEventListener("abort", () => void kit.index[act]());
    kit.index.unload();
    await kit.clock.advance(0);
    expect([act, kit.index.snapshot().abandoned, kit.loader.calls.length]).toEqual([act, 1, loads + 1]);
    const value = await kit.load();
    expect(kit.index.snapshot()).toMatchObject({ value, state: "READY" });
    await kit.health.close();
    expect(kit.clock.timers).toBe(0);
  }
});

test("a listener that ends the first load before its loader is called leaves no load counted for ever", async () => {
  const kit = createKit(rhythm);
  await kit.clock.settle();
  let once = true;
  kit.index.subscribe(({ state }) => {
    if (state === "LOADING" && once) kit.index.unload();
    once &&= state !== "LOADING";
  });
  await kit.clock.settle();
  kit.health.start();
  expect([kit.loader.calls.length, kit.index.snapshot().abandoned]).toEqual([0, 0]);
  await kit.clock.advance(0);
  expect(kit.loader.calls.length).toBe(1);
});

test("closing in the middle of anything leaves no timer and no promise behind", async () => {
  for (const act of ["load", "listener", "validate"] as const) {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    const index = health.resource("index", {
      load: async () => {
        if (act === "load") void health.close();
        return { id: 1 };
      },
      validate: () => {
        if (act === "validate") void health.close();
      },
      refreshEvery: "1s",
    });
    index.subscribe(({ state }) => {
      if (act === "listener" && state === "READY") void health.close();
    });
    const waiting = [index.get(), index.reload(), health.whenReady()];
    await clock.advance(0);
    await Promise.allSettled(waiting);
    expect([act, index.snapshot().state, clock.timers]).toEqual([act, "NOT_LOADED", 0]);
    expect(await outcome(index.get())).toMatchObject({ error: { reason: "closed" } });
  }
});

test("unchanged() from the first load is an error of the loader", async () => {
  const kit = createKit(rhythm);
  kit.health.start();
  await kit.clock.settle();
  kit.loader.last.succeed(unchanged());
  await kit.clock.settle();
  expect(kit.index.snapshot()).toMatchObject({
    state: "NOT_LOADED",
    attempt: 2,
    lastError: { error: { code: "HS_NOTHING_HELD" } },
  });
});

test("no promise anywhere was left to reject unhandled", () => {
  expect(rejections).toEqual([]);
});

test("a listener that reloads on every failure leaves others time: each load follows by a timer", async () => {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  let loads = 0;
  const index = health.resource("index", {
    load: () => {
      if (++loads > 100) return "enough";
      throw new Error("no source");
    },
    ...rhythm,
  });
  index.subscribe(({ state }) => {
    if (state === "NOT_LOADED") void index.reload().catch(() => {});
  });
  health.start();
  await clock.settle();
  expect(loads).toBeLessThan(3);
  await health.close();
});

test("a listener that wants a younger value than the source has leaves others time, too", async () => {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  let loads = 0;
  const index = health.resource("index", {
    load: () => loaded({ number: ++loads }, { asOf: clock.wall() - (loads > 100 ? 0 : 60_000) }),
    ...rhythm,
  });
  index.subscribe(() => void index.get({ maxAge: "1s" }).catch(() => {}));
  health.start();
  await clock.settle();
  expect(loads).toBeLessThan(3);
  await health.close();
});

test("rule 12: what a new listener of all does to a resource it has not heard of yet is told after its present", async () => {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  const heard: string[] = [];
  const [x, y] = ["x", "y"].map((name) => health.resource(name, { load: () => 1 }));
  health.start();
  await clock.settle();
  health.subscribe((event) => {
    if (!("name" in event)) return;
    const { type, name, from, state } = event;
    heard.push(`${type} ${name} ${from}>${state}`);
    if (type === "current" && name === "x") y?.close();
  });
  await clock.settle();
  expect(heard).toEqual(["current x READY>READY", "current y READY>READY", "transition y READY>NOT_LOADED"]);
  expect(x?.snapshot().state).toBe("READY");
  await health.close();
});

test("rule 12: what others do as they are told for a new listener's sake is in the present that it is told", async () => {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  const heard: string[] = [];
  const [x, y] = ["x", "y"].map((name) =>
    health.resource(name, { load: () => 1, refreshEvery: "never", staleAfter: "15s" }),
  );
  health.start();
  await clock.settle();
  y?.subscribe(({ state }) => state === "STALE" && x?.unload());
  await clock.settle();
  clock.freeze(20_000);
  health.subscribe((event) => {
    if ("name" in event) heard.push(`${event.type} ${event.name} ${event.from}>${event.state}`);
  });
  await clock.settle();
  expect(heard.slice(0, 2)).toEqual(["current x NOT_LOADED>NOT_LOADED", "current y STALE>STALE"]);
  await health.close();
});

test("rule 12: a load that was started after several listeners were added is told to each, however soon it ends", async () => {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  const heard: string[] = [];
  for (const who of ["one", "two", "three"])
    health.subscribe((event) => {
      if ("snapshot" in event) heard.push(`${who}: ${event.type} ${event.outcome ?? "none"}`);
    });
  health.resource("throws", {
    load: () => {
      throw new Error("at once");
    },
  });
  health.start();
  await clock.settle();
  expect(heard.filter((line) => line.endsWith("failed"))).toEqual(
    ["one", "two", "three"].map((who) => `${who}: transition failed`),
  );
  await health.close();
});

test("a listener that another makes leave for its own sake is never told", async () => {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  const index = health.resource("index", { load: () => 1, refreshEvery: "never", staleAfter: "15s" });
  let leave = (): void => {};
  index.subscribe(({ state }) => state === "STALE" && leave());
  await index.get();
  clock.freeze(20_000);
  const heard: string[] = [];
  leave = index.subscribe(({ type }) => heard.push(type));
  await clock.settle();
  await index.reload();
  await clock.settle();
  expect(heard).toEqual([]);
  await health.close();
});

test("listeners come and go without the others being copied", async () => {
  const filter = vi.spyOn(Array.prototype, "filter");
  try {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    const index = health.resource("index", { load: () => 1 });
    let heard = 0;
    const leaves = Array.from({ length: 1_000 }, () => index.subscribe(() => heard++));
    filter.mockClear();
    await clock.settle();
    const copiesAtFirst = filter.mock.calls.length;
    for (const leave of leaves.slice(0, 990)) leave();
    filter.mockClear();
    for (let more = 0; more < 100; more++) index.subscribe(() => heard++);
    await clock.settle();
    // Where most have left, their places go, once.
    expect([copiesAtFirst, filter.mock.calls.length]).toEqual([0, 2]);
    heard = 0;
    await index.reload();
    expect(heard % 110).toBe(0);
    expect(heard).toBeGreaterThan(0);
    await health.close();
  } finally {
    filter.mockRestore();
  }
});

test("rule 12: the only listener misses no transition that happens while it is told the present", async () => {
  for (const microtasks of [0, 1, 2, 3, 4, 5, 6]) {
    const health = createHealth({ clock: createVirtualClock() });
    const told: string[] = [];
    health.subscribe((event) => {
      if ("state" in event) told.push(`${event.type} ${event.state}`);
    });
    const tick = health.resource("tick", {
      // It ends in each of the microtasks in which a listener may be on its way in.
      load: async () => {
        for (let n = 0; n < microtasks; n++) await undefined;
        return 1;
      },
    });
    await tick.get();
    await tick.reload();
    const expected = told[0] === "current READY" ? ["current READY"] : ["current LOADING", "transition READY"];
    expect([microtasks, told]).toEqual([microtasks, [...expected, "load READY"]]);
    await health.close();
  }
});
