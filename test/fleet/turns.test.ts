import { describe, expect, test } from "vitest";
import { fleet, memoryFleet, type FleetOptions, type FleetStore } from "../../src/fleet/index.ts";
import { createHealth, loaded, type Health, type Resource, type ResourceLimits } from "../../src/index.ts";
import { createHeapClock, type HeapClock } from "./heap-clock.ts";

/** One replica, and what the test does to its calls. */
interface Replica {
  readonly health: Health;
  readonly index: Resource<object>;
  /** When its loads began. */
  readonly startedAt: number[];
  readonly events: string[];
  /** What the next loads wait for. */
  loading: () => Promise<void>;
  /** What a call waits for before it reaches the store. */
  before: () => Promise<void>;
}

interface Given extends Partial<FleetOptions> {
  readonly limits?: ResourceLimits & { readonly gateWait?: string };
  readonly random?: number;
  readonly alone?: boolean;
}

interface Kit {
  readonly clock: HeapClock;
  add(name: string, given?: Given): Replica;
}

function createKit(): Kit {
  const clock = createHeapClock(() => 0.5);
  const store = memoryFleet({ clock });
  return {
    clock,
    add(name, { limits, random = 0.5, alone = false, ...options } = {}) {
      const through = async <R>(call: () => PromiseLike<R>): Promise<R> => {
        await replica.before();
        return call();
      };
      const own: FleetStore = {
        beat: (group, beat) => through(() => store.beat(group, beat)),
        read: (group) => through(() => store.read(group)),
        write: (group, note) => through(() => store.write(group, note)),
      };
      const health = createHealth({
        clock: { ...clock, random: () => random },
        ...(!alone && { fleet: fleet(own, { group: "matcher", replica: name, loads: 1, ...options }) }),
      });
      const startedAt: number[] = [];
      const events: string[] = [];
      health.subscribe((event) => {
        if (event.type === "gate") events.push(`gate ${event.result}`);
        if (event.type === "store-gone" || event.type === "store-back") events.push(event.type);
      });
      const index = health.resource<object>("index", {
        async load() {
          startedAt.push(clock.monotonic());
          await replica.loading();
          return loaded({ name });
        },
        refreshEvery: "30s",
        staleAfter: "40s",
        timeout: "1h",
        jitter: 0,
        ...limits,
      });
      const now = async (): Promise<void> => {};
      const replica: Replica = { health, index, startedAt, events, loading: now, before: now };
      health.start();
      return replica;
    },
  };
}

const silent = (): Promise<never> => new Promise(() => {});
const gone = (): Promise<never> => Promise.reject(new Error("the store is gone"));

/** What another replica loads for as long as the test likes. */
async function busyKit(): Promise<Kit & { readonly busy: Replica; readonly end: () => void }> {
  const kit = createKit();
  const busy = kit.add("busy");
  await kit.clock.advance("10s");
  let end = (): void => {};
  busy.loading = () => new Promise((resolve) => (end = resolve));
  await kit.clock.advance("30s");
  expect(busy.startedAt).toHaveLength(2);
  return { ...kit, busy, end: () => end() };
}

describe("loading by turn, rule by rule (FLEET 2)", () => {
  test("2 while the store answers, a first load waits for its turn past gateWait, and its place is a fact", async () => {
    const { clock, add, end } = await busyKit();
    const [one, other] = [add("a", { limits: { gateWait: "30s" } }), add("b", { limits: { gateWait: "30s" } })];
    await clock.advance("10m");
    for (const replica of [one, other]) {
      expect([replica.startedAt, replica.events]).toEqual([[], []]);
      expect(replica.index.snapshot().state).toBe("NOT_LOADED");
    }
    expect([one, other].map(({ index }) => index.snapshot().place)).toEqual([1, 2]);
    end();
    await clock.advance("10s");
    for (const replica of [one, other]) {
      expect(replica.startedAt).toHaveLength(1);
      expect(replica.index.snapshot()).toMatchObject({ state: "READY", place: undefined });
    }
  });

  test("2 a first load waits for gateWait of silence alone, and then goes with an event", async () => {
    const { clock, add } = await busyKit();
    // A beat is so rare that the store does not count as gone.
    const one = add("a", { beat: "5m", limits: { gateWait: "20s" } });
    one.before = silent;
    const from = clock.monotonic();
    await clock.advance("19999ms");
    expect(one.startedAt).toEqual([]);
    await clock.advance("2ms");
    expect(one.startedAt).toEqual([from + 20_000]);
    expect(one.events).toEqual(["gate silent"]);
  });

  test("2 each answer of the store begins gateWait anew", async () => {
    const { clock, add } = await busyKit();
    let answeredAt = NaN;
    const one = add("a", { beat: "1m", limits: { gateWait: "20s" } });
    one.before = async () => void (answeredAt = clock.monotonic());
    await clock.advance("3m");
    expect(one.startedAt).toEqual([]);
    one.before = silent;
    await clock.advance("21s");
    expect(one.startedAt).toEqual([answeredAt + 20_000]);
    expect(one.events).toEqual(["gate silent"]);
  });

  test("2 a refresh waits for a silent store until staleAfter, which is sooner than gateWait", async () => {
    const { clock, add } = createKit();
    const one = add("a", { beat: "5m", limits: { gateWait: "30s" } });
    await clock.advance("1s");
    const [loadedAt = NaN] = one.startedAt;
    one.before = silent;
    await clock.advance(loadedAt + 39_999 - clock.monotonic());
    // It was due after 30 s.
    expect([one.startedAt, one.index.snapshot().state]).toEqual([[loadedAt], "READY"]);
    await clock.advance(2);
    expect(one.startedAt).toEqual([loadedAt, loadedAt + 40_000]);
    expect(one.events).toEqual(["gate silent"]);
  });

  test("2 and for gateWait, where that is sooner than staleAfter", async () => {
    const { clock, add } = createKit();
    const one = add("a", { beat: "5m", limits: { gateWait: "20s", staleAfter: "5m" } });
    await clock.advance("1s");
    const [loadedAt = NaN] = one.startedAt;
    one.before = silent;
    await clock.advance("2m");
    expect(one.startedAt.slice(0, 2)).toEqual([loadedAt, loadedAt + 50_000]);
  });

  test("2 while the store answers, a refresh waits for its turn past staleAfter", async () => {
    const kit = createKit();
    const one = kit.add("a");
    await kit.clock.advance("1s");
    const busy = kit.add("busy");
    let end = (): void => {};
    busy.loading = () => new Promise((resolve) => (end = resolve));
    await kit.clock.advance("3m");
    expect([busy.startedAt.length, one.startedAt.length, one.events]).toEqual([1, 1, []]);
    expect(one.index.snapshot()).toMatchObject({ state: "STALE", place: 1 });
    end();
    await kit.clock.advance("1s");
    expect(one.index.snapshot()).toMatchObject({ state: "READY", place: undefined });
  });

  test("2 a turn ends with the load: the next replica begins at its next beat", async () => {
    const { clock, add, end } = await busyKit();
    const one = add("a");
    await clock.advance("1m");
    end();
    const endedAt = clock.monotonic();
    await clock.advance("1s");
    // The first in the queue beats ten times as often.
    expect((one.startedAt[0] ?? NaN) - endedAt).toBeLessThanOrEqual(550);
  });

  test("2 a turn ends with the replica: after a ttl of silence the next one begins", async () => {
    const { clock, add, busy } = await busyKit();
    const one = add("a");
    await clock.advance("1m");
    busy.before = silent;
    const from = clock.monotonic();
    await clock.advance("9s");
    expect(one.startedAt).toEqual([]);
    await clock.advance("8s");
    expect(one.startedAt).toHaveLength(1);
    expect((one.startedAt[0] ?? NaN) - from).toBeLessThanOrEqual(15_000 + 550);
  });

  test("2 with the store gone, loads go by jitter alone, at the instants at which they would go without a fleet", async () => {
    const { clock, add } = createKit();
    const limits = { jitter: 0.5, staleAfter: "5m" };
    const pairs = Array.from({ length: 10 }, (_, at) => {
      const random = (at + 0.5) / 10;
      const inFleet = add(`r${at}`, { random, limits });
      const alone = add(`r${at}`, { random, limits, alone: true });
      inFleet.before = gone;
      return { inFleet, alone };
    });
    // The first loads go when the third call in a row has failed.
    await clock.advance("20s");
    for (const { inFleet } of pairs) {
      expect(inFleet.events).toEqual(["store-gone"]);
      expect(inFleet.startedAt).toHaveLength(1);
    }
    await clock.advance("10m");
    const gapsOf = ({ startedAt }: Replica): readonly number[] =>
      startedAt.slice(1).map((at, before) => at - (startedAt[before] ?? NaN));
    const gaps = pairs.map(({ inFleet }) => gapsOf(inFleet));
    for (const [at, { alone }] of pairs.entries()) {
      const mine = gaps[at] ?? [];
      expect(mine.length).toBeGreaterThan(10);
      expect(mine).toEqual(gapsOf(alone).slice(0, mine.length));
    }
    // Each has its own pace, so that the source is not asked by all at once.
    expect(new Set(gaps.map(([first]) => first)).size).toBe(10);
    for (const { inFleet } of pairs) {
      expect(inFleet.events).toEqual(["store-gone"]);
      expect(inFleet.index.snapshot()).toMatchObject({ state: "READY", place: undefined });
    }
  });
});
