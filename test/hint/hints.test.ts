import { expect, test } from "vitest";
import {
  createHealth,
  hints,
  loaded,
  onRequest,
  unchanged,
  type ResourceEvent,
  type ResourceOptions,
} from "../../src/index.ts";
import type { HintSubscription, HintsOptions } from "../../src/index.ts";
import { createKit, type Item, type Kit } from "../resource/kit.ts";
import { refused } from "../kit/refused.ts";

interface Opened {
  readonly hint: (revision?: string) => void;
  readonly signal: AbortSignal;
  readonly connect: (subscription?: HintSubscription) => void;
  readonly refuse: (error: unknown) => void;
}

interface HintKit extends Kit {
  readonly opened: Opened[];
  readonly told: string[];
  readonly off: () => void;
  /** Starts the health, loads revision "1", connects, and lets the load of the connect come to an end. */
  connected(subscription?: HintSubscription): Promise<Opened>;
}

function createHintKit(options: Partial<ResourceOptions<Item>> = {}, how?: HintsOptions): HintKit {
  const kit = createKit({ refreshEvery: "1h", jitter: 0, ...options });
  const opened: Opened[] = [];
  const told: string[] = [];
  const off = hints(
    kit.index,
    (hint, { signal }) => new Promise((connect, refuse) => void opened.push({ hint, signal, connect, refuse })),
    how,
  );
  kit.index.subscribe(({ type, result, reason }: ResourceEvent) => {
    if (type === "hints") told.push(reason === undefined ? `${result}` : `${result}: ${reason}`);
  });
  const { clock, health, loader } = kit;
  return Object.assign(kit, {
    opened,
    told,
    off,
    async connected(subscription?: HintSubscription) {
      health.start();
      await clock.settle();
      loader.last.succeed(loaded(kit.item(), { revision: "1" }));
      await clock.settle();
      opened[0]?.connect(subscription);
      await clock.advance(10_100);
      loader.last.succeed(unchanged());
      await clock.advance(10_000);
      const [first] = opened;
      if (!first || loader.calls.length !== 2) throw new Error("not connected as expected");
      return first;
    },
  });
}

test("the channel opens when the health starts, and not before", async () => {
  const { health, clock, opened, index } = createHintKit();
  await clock.advance(1_000);
  expect([opened.length, index.snapshot().hints]).toEqual([0, undefined]);
  health.start();
  await clock.settle();
  expect(opened.length).toBe(1);
  opened[0]?.connect();
  await clock.settle();
  expect(index.snapshot().hints).toBe("connected");
});

test("in a health that runs the channel opens at once", async () => {
  const kit = createKit();
  await kit.ready();
  let opens = 0;
  hints(kit.index, () => void opens++);
  await kit.clock.settle();
  expect([opens, kit.index.snapshot().hints]).toEqual([1, "connected"]);
});

test("a channel that is open at once gives its end and its echo without a promise", async () => {
  const kit = createKit();
  await kit.ready();
  let lose = (): void => {};
  const closed = new Promise<void>((resolve) => (lose = resolve));
  let echoes = 0;
  hints(kit.index, () => ({ closed, echo: () => Promise.resolve(echoes++) }), { echoEvery: "1s" });
  await kit.clock.advance(1_000);
  expect([echoes, kit.index.snapshot().hints]).toEqual([1, "connected"]);
  lose();
  await kit.clock.settle();
  expect(kit.index.snapshot().hints).toBe("lost");
});

test("each connect counts as a hint", async () => {
  const { connected, loader } = createHintKit();
  await connected();
  expect(loader.calls.length).toBe(2);
});

test("hints within 100 ms are one, and the state, the value and its age stay until the load is over", async () => {
  const { connected, clock, loader, index } = createHintKit();
  const { hint } = await connected();
  hint();
  await clock.advance(60);
  hint("7");
  await clock.advance(39);
  const { age, value } = index.snapshot();
  expect(loader.calls.length).toBe(2);
  await clock.advance(1);
  expect([loader.calls.length, index.snapshot().state]).toEqual([3, "READY"]);
  expect(index.snapshot().age).toBe((age ?? 0) + 1);
  expect(index.snapshot()).toMatchObject({ value, revision: "1", generation: 1, refreshing: true });
  await clock.advance(20_000);
  expect(loader.calls.length).toBe(3);
});

test.each([
  ["0.1 of an hour, so 10 s at most", { refreshEvery: "1h", jitter: 0.1 }, 5_100],
  ["a tenth of 20 s", { refreshEvery: "20s", jitter: 0.1 }, 1_100],
  ["never", { refreshEvery: "never", staleAfter: "never", jitter: 0.1 }, 5_100],
] as const)("hints are spread over the replicas by %s", async (_, options, at) => {
  const { health, clock, loader, opened, item } = createHintKit({ ...options });
  health.start();
  await clock.settle();
  loader.last.succeed(loaded(item(), { revision: "1" }));
  await clock.settle();
  // Later than the least time between two loads.
  await clock.advance(10_500);
  const before = loader.calls.length;
  opened[0]?.connect();
  await clock.advance(at - 1);
  expect(loader.calls.length).toBe(before);
  await clock.advance(1);
  expect(loader.calls.length).toBe(before + 1);
});

test("a hint that names the held revision does nothing, and one that names another hurries a load", async () => {
  const { connected, clock, loader } = createHintKit();
  const { hint } = await connected();
  hint("1");
  await clock.advance(20_000);
  expect(loader.calls.length).toBe(2);
  hint("2");
  await clock.advance(100);
  expect(loader.calls.length).toBe(3);
});

test("a hint that names the rejected revision does nothing", async () => {
  const { connected, clock, loader, index, item } = createHintKit({ validate: (next) => next.id !== "bad" });
  const { hint } = await connected();
  hint("2");
  await clock.advance(100);
  loader.last.succeed(loaded(item("bad"), { revision: "2" }));
  await clock.advance(1_000);
  // The source still announces it, and says so: the back-off is over.
  loader.last.succeed(unchanged({ revision: "2" }));
  await clock.advance(20_000);
  expect(index.snapshot()).toMatchObject({ rejected: "2", attempt: 1 });
  const before = loader.calls.length;
  hint("2");
  await clock.advance(20_000);
  expect(loader.calls.length).toBe(before);
  hint("3");
  await clock.advance(100);
  expect(loader.calls.length).toBe(before + 1);
});

test("a hint that waits while a load starts and ends needs no load of its own", async () => {
  const { connected, clock, loader, index } = createHintKit({ refreshEvery: "1h", jitter: 0.1 });
  const { hint } = await connected();
  hint();
  void index.reload();
  await clock.settle();
  loader.last.succeed(unchanged());
  await clock.advance(30_000);
  expect(loader.calls.length).toBe(3);
});

test("a hint during a load makes one more follow, and a second hint no third", async () => {
  const { connected, clock, loader, index } = createHintKit();
  const { hint } = await connected();
  void index.reload();
  await clock.settle();
  hint();
  await clock.advance(5_000);
  hint();
  await clock.advance(5_000);
  expect(loader.calls.length).toBe(3);
  loader.last.succeed(unchanged());
  await clock.advance(1);
  expect(loader.calls.length).toBe(4);
  loader.last.succeed(unchanged());
  await clock.advance(60_000);
  expect(loader.calls.length).toBe(4);
});

test("loads that hints start are a tenth of refreshEvery apart, at most 10 s", async () => {
  const { connected, clock, loader } = createHintKit();
  const { hint } = await connected();
  const startedAt: number[] = [];
  let seen = loader.calls.length;
  for (let ms = 0; ms < 60_000; ms += 50) {
    hint();
    await clock.advance(50);
    if (loader.calls.length === seen) continue;
    seen = loader.calls.length;
    startedAt.push(ms);
    loader.last.succeed(unchanged());
    await clock.settle();
  }
  expect(startedAt.length).toBeGreaterThan(4);
  expect(startedAt.slice(1).every((at, before) => at - (startedAt[before] ?? 0) >= 10_000)).toBe(true);
});

test("a hint during a back-off does nothing", async () => {
  const { connected, clock, loader, index, fail } = createHintKit({ retryMost: "5m" });
  const { hint } = await connected();
  index.reload().catch(() => {});
  for (let times = 0; times < 6; times++) {
    await fail();
    if (times < 5) await clock.advance((index.snapshot().nextAttemptAt ?? 0) - clock.wall());
  }
  const { nextAttemptAt } = index.snapshot();
  const calls = loader.calls.length;
  hint();
  await clock.advance(2_000);
  expect([index.snapshot().nextAttemptAt, loader.calls.length]).toEqual([nextAttemptAt, calls]);
});

test("a hint during a drain does nothing", async () => {
  const { connected, clock, loader, health } = createHintKit();
  const { hint } = await connected();
  hint();
  health.drain();
  hint();
  await clock.advance(60_000);
  expect(loader.calls.length).toBe(2);
});

test("a channel closes when the drain begins, so that `close` of the drain can end its client", async () => {
  const { connected, clock, health, opened } = createHintKit();
  const { signal } = await connected();
  expect(signal.aborted).toBe(false);
  health.drain();
  expect(signal.aborted).toBe(true);
  await clock.advance(600_000);
  expect(opened.length).toBe(1);
});

test("a channel that is lost is opened again, which is told and counts as a hint", async () => {
  const { connected, clock, loader, index, opened, told } = createHintKit();
  let lose = (_: unknown): void => {};
  const { signal } = await connected({ closed: new Promise((resolve) => (lose = resolve)) });
  lose(undefined);
  await clock.settle();
  expect([index.snapshot().hints, signal.aborted, opened.length]).toEqual(["lost", true, 1]);
  await clock.advance(1_000);
  expect(opened.length).toBe(2);
  opened[1]?.connect();
  await clock.advance(100);
  expect([index.snapshot().hints, loader.calls.length]).toEqual(["connected", 3]);
  expect(told).toEqual(["connected", "lost: the channel was closed", "connected"]);
});

test("an old channel that still speaks is not heard", async () => {
  const { connected, clock, loader, opened } = createHintKit();
  let lose = (_: unknown): void => {};
  const { hint } = await connected({ closed: new Promise((_, reject) => (lose = reject)) });
  lose(new Error("reset"));
  await clock.advance(1_000);
  expect(opened.length).toBe(2);
  hint();
  await clock.advance(20_000);
  expect(loader.calls.length).toBe(2);
});

test("a channel that cannot be opened is tried again with growing waits, and polling goes on", async () => {
  const { health, clock, loader, index, opened, told, load } = createHintKit({ refreshEvery: "30s" });
  health.start();
  await load();
  const at: number[] = [];
  for (let ms = 0; ms < 120_000; ms += 100) {
    const one = opened[at.length];
    if (one) {
      at.push(ms);
      one.refuse(new Error("no watches left"));
    }
    await clock.advance(100);
    if (ms % 30_000 === 29_900) loader.last.succeed(unchanged());
  }
  const waits = at.slice(1).map((one, before) => one - (at[before] ?? 0));
  expect(waits.slice(0, 4).every((wait, before) => wait >= (waits[before - 1] ?? 0))).toBe(true);
  expect([waits.length > 5, waits.length < 20, Math.max(...waits) <= 30_000]).toEqual([true, true, true]);
  expect(index.snapshot()).toMatchObject({ hints: "lost", state: "READY", lastError: undefined });
  expect(loader.calls.length).toBeGreaterThan(3);
  expect(told).toEqual(["lost: no watches left"]);
});

test("a channel that does not open within 30 s is lost, and what it brings later is not heard", async () => {
  const { health, clock, index, opened, told, loader } = createHintKit();
  health.start();
  await clock.settle();
  loader.last.succeed(loaded({ id: "1" }, { revision: "1" }));
  await clock.advance(29_999);
  expect([index.snapshot().hints, opened[0]?.signal.aborted]).toEqual([undefined, false]);
  await clock.advance(1);
  expect([index.snapshot().hints, opened[0]?.signal.aborted]).toEqual(["lost", true]);
  opened[0]?.connect();
  opened[0]?.hint();
  await clock.advance(1_000);
  opened[1]?.connect();
  await clock.advance(60_000);
  expect(index.snapshot().hints).toBe("connected");
  expect(told).toEqual(["lost: it did not open within 30 s", "connected"]);
});

test("a subscribe that throws is a channel that could not be opened", async () => {
  const kit = createKit();
  hints(kit.index, () => {
    throw new Error("wrong channel");
  });
  await kit.ready();
  expect(kit.index.snapshot()).toMatchObject({ hints: "lost", state: "READY" });
});

test("an echo that is not answered within 10 s is a loss", async () => {
  const echoes: (() => void)[] = [];
  const { connected, clock, index } = createHintKit({}, { echoEvery: "30s" });
  await connected({ echo: () => new Promise<void>((resolve) => void echoes.push(resolve)) });
  await clock.advance(9_900);
  expect(echoes.length).toBe(1);
  await clock.advance(9_000);
  echoes[0]?.();
  await clock.advance(30_000);
  expect([echoes.length, index.snapshot().hints]).toEqual([2, "connected"]);
  await clock.advance(9_999);
  expect(index.snapshot().hints).toBe("connected");
  await clock.advance(1);
  expect(index.snapshot().hints).toBe("lost");
});

test("without echoEvery the echo is asked for each minute", async () => {
  const askedAt: number[] = [];
  const { connected, clock } = createHintKit();
  await connected({ echo: async () => void askedAt.push(clock.wall()) });
  await clock.advance("3m");
  const [first = 0, second = 0] = askedAt;
  expect([askedAt.length, second - first]).toEqual([3, 60_000]);
});

test("an echo that is rejected is a loss at once, with its reason", async () => {
  const { connected, clock, told } = createHintKit({}, { echoEvery: "30s" });
  await connected({ echo: () => Promise.reject(new Error("reset")) });
  await clock.advance(9_900);
  expect(told).toEqual(["connected", "lost: reset"]);
});

test.each(["close", "off"] as const)("after %s the channel is closed, and no timer is left", async (how) => {
  const { connected, clock, index, off, health, opened, left } = createHintKit();
  const { hint, signal } = await connected({ echo: () => Promise.resolve() });
  hint();
  if (how === "close") index.close();
  else off();
  expect(signal.aborted).toBe(true);
  hint();
  await clock.advance(60_000);
  expect(opened.length).toBe(1);
  await health.close();
  expect(left()).toEqual({ timers: 0, holding: 0 });
});

test("the channel holds no process", async () => {
  const { connected, left } = createHintKit();
  const { hint } = await connected({ echo: () => Promise.resolve() });
  hint();
  expect(left().holding).toBe(0);
});

test("in request mode hints() is refused", () => {
  const index = createHealth({ refresh: onRequest() }).resource("index", { load: () => 1 });
  expect(() => hints(index, () => {})).toThrow(
    refused(
      "health-state: hints() needs a channel that stays open, and request mode has none. Use refreshEvery, or remove onRequest().",
      "HS_WRONG_MODE",
    ),
  );
});
