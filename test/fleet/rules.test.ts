import { describe, expect, test } from "vitest";
import {
  fleet,
  memoryFleet,
  rollout,
  type FleetAnswer,
  type FleetBeat,
  type FleetOptions,
  type FleetStore,
} from "../../src/fleet/index.ts";
import {
  byVersion,
  createHealth,
  heartbeat,
  loaded,
  NotReadyError,
  onRequest,
  type Health,
  type Resource,
} from "../../src/index.ts";
import { createHeapClock, type HeapClock } from "./heap-clock.ts";

/** One replica, and what the test does to its source and to its calls. */
interface Replica {
  readonly health: Health;
  readonly index: Resource<object>;
  readonly beats: FleetBeat[];
  sourceUp: boolean;
  /** The `asOf` of what the source gives. */
  asOf: number | undefined;
  /** What a call waits for before it reaches the store. */
  before: () => Promise<void>;
  /** What an answer waits for on its way back. */
  after: () => Promise<void>;
  /** What the store answers to a beat. */
  bend: (answer: FleetAnswer) => FleetAnswer;
  /** What the wall clock is off by, in ms. */
  wallOffMs: number;
}

interface Kit {
  readonly clock: HeapClock;
  readonly store: FleetStore;
  add(name: string, options?: Partial<FleetOptions>): Replica;
}

function createKit(): Kit {
  const clock = createHeapClock(() => 0.5);
  const store = memoryFleet({ clock });
  return {
    clock,
    store,
    add(name, options) {
      const now = async (): Promise<void> => {};
      const through = async <R>(call: () => PromiseLike<R>): Promise<R> => {
        await replica.before();
        const answer = await call();
        await replica.after();
        return answer;
      };
      const own: FleetStore = {
        beat: (group, beat) => {
          replica.beats.push(beat);
          return through(async () => replica.bend(await store.beat(group, beat)));
        },
        read: (group) => through(() => store.read(group)),
        write: (group, note) => through(() => store.write(group, note)),
      };
      const health = createHealth({
        clock: { ...clock, wall: () => clock.wall() + replica.wallOffMs },
        fleet: fleet(own, { group: "matcher", replica: name, ...options }),
      });
      health.subscribe(() => {});
      const index = health.resource<object>("index", {
        load: () => {
          if (!replica.sourceUp) throw new Error("the source is down");
          return loaded({}, replica.asOf === undefined ? {} : { asOf: replica.asOf });
        },
        refreshEvery: "10s",
        staleAfter: "30s",
        refuseAfter: "1m",
      });
      const replica: Replica = {
        health,
        index,
        beats: [],
        sourceUp: true,
        asOf: undefined,
        before: now,
        after: now,
        bend: (answer) => answer,
        wallOffMs: 0,
      };
      health.start();
      return replica;
    },
  };
}

const wordOf = ({ health }: Replica): string => {
  const { status, headers } = health.fetch(new Request("http://replica/status"));
  return `${status} ${headers.get("health-state")}`;
};

/** Lets time pass, one ms at a time, but not longer than 15 s. */
async function step(clock: HeapClock, isSo: () => boolean): Promise<void> {
  for (let left = 15_000; !isSo(); left--) {
    expect(left).toBeGreaterThan(0);
    await clock.advance(1);
  }
}
const gone = (): Promise<never> => Promise.reject(new Error("the store is gone"));

describe("leaving, rule by rule (FLEET 1)", () => {
  test("1.3 a leave counts from the sending of its beat, and ends to the millisecond without a store", async () => {
    const { clock, add } = createKit();
    const [one, other] = [add("a"), add("b")];
    await clock.advance("20s");
    one.sourceUp = false;
    const wait = (ms: number) => () => new Promise<void>((resolve) => void clock.setTimer(resolve, ms, false));
    // The answer takes 90 ms, within the limit of 100 ms.
    one.after = wait(90);
    await clock.advance("55s");
    expect(wordOf(one)).toBe("200 STALE");
    let sentAt = 0;
    const isOut = (): boolean => {
      if (one.beats.at(-1)?.standing === "asks") sentAt ||= clock.monotonic();
      return wordOf(one).startsWith("503");
    };
    await step(clock, isOut);
    // The turn of the loop that saw the beat began 1 ms after it.
    expect(clock.monotonic() - sentAt).toBeGreaterThanOrEqual(89);
    one.before = gone;
    await clock.advance("14500ms");
    expect(wordOf(one)).toBe("503 STALE");
    await step(clock, () => !isOut());
    expect(Math.abs(clock.monotonic() - sentAt - 15_000)).toBeLessThanOrEqual(2);
    expect([wordOf(one), wordOf(other)]).toEqual(["200 STALE", "200 READY"]);
  });

  test("1.2 a wedged replica takes a place of the budget, and its readiness stays as the data says", async () => {
    const { clock, add } = createKit();
    const [wedged, stale, other] = [add("a"), add("b"), add("c")];
    heartbeat(wedged.health, "worker", { within: "1s" })();
    await clock.advance("20s");
    expect(wedged.health.snapshot().probes.liveness.ok).toBe(false);
    stale.sourceUp = false;
    await clock.advance("2m");
    expect([wordOf(wedged), wordOf(stale), wordOf(other)]).toEqual(["200 READY", "200 STALE", "200 READY"]);
    expect(stale.health.snapshot().fleet).toMatchObject({ heldIn: true, place: 1 });
    void wedged.health.close();
    await clock.advance("10s");
    expect(wordOf(stale)).toBe("503 STALE");
  });

  test("1.4 a reader that is stricter is refused by a replica that is held in", async () => {
    const { clock, add } = createKit();
    const one = add("a");
    await clock.advance("20s");
    one.sourceUp = false;
    await clock.advance("2m");
    expect(wordOf(one)).toBe("200 STALE");
    const refused = one.index.get({ maxAge: "1m" });
    await clock.advance("1m");
    await expect(refused).rejects.toBeInstanceOf(NotReadyError);
    expect(one.index.peek()).toBeDefined();
  });

  test("1.7 a probe sends nothing to the store, however often it is asked and whatever it answers", async () => {
    const { clock, add } = createKit();
    const [one] = [add("a"), add("b")];
    const ask = (): void => {
      const before = one.beats.length;
      for (let at = 0; at < 1_000; at++) wordOf(one);
      expect(one.beats.length).toBe(before);
    };
    await clock.advance("20s");
    ask();
    one.sourceUp = false;
    await clock.advance("2m");
    expect(wordOf(one)).toBe("503 STALE");
    ask();
  });

  test("1.7 peers and the store can only hold a replica in: while its data is fresh, no answer puts it out", async () => {
    const { clock, add } = createKit();
    const one = add("a");
    add("b");
    one.bend = (answer) => ({ ...answer, leaveMs: 15_000, isIn: false, othersOut: 0 });
    for (let at = 0; at < 20; at++) {
      await clock.advance("5s");
      expect(wordOf(one)).toBe("200 READY");
    }
    expect(one.beats.length).toBeGreaterThan(15);
  });

  test("1.2 a replica that is unloaded counts as out, and asks for nothing", async () => {
    const { clock, add } = createKit();
    const [unloaded, stale, other] = [add("a"), add("b"), add("c")];
    await clock.advance("20s");
    for (const replica of [unloaded, stale]) replica.sourceUp = false;
    unloaded.index.unload();
    await clock.advance("2m");
    expect([wordOf(unloaded), wordOf(stale), wordOf(other)]).toEqual([
      expect.stringMatching(/^503 (?:NOT_LOADED|LOADING)$/),
      "200 STALE",
      "200 READY",
    ]);
    expect(unloaded.beats.at(-1)).toMatchObject({ standing: "out", leaveLeftMs: 0, staleness: 0 });
    expect(stale.health.snapshot().fleet).toMatchObject({ heldIn: true, place: 1 });
  });

  test("1.8 a replica whose first value is too old is out while another is in, also while the store is gone", async () => {
    const { clock, add } = createKit();
    add("a");
    await clock.advance("20s");
    const late = add("b");
    late.asOf = clock.wall() - 3_600_000;
    await clock.advance("20s");
    expect(wordOf(late)).toBe("503 STALE");
    late.before = gone;
    await clock.advance("5m");
    expect(late.health.snapshot().fleet?.store).toBe("gone");
    expect(wordOf(late)).toBe("503 STALE");
    // Its data is young enough.
    late.asOf = undefined;
    await clock.advance("1m");
    expect(wordOf(late)).toBe("200 READY");
  });

  test("1.8 and it is in while the store counts nobody in", async () => {
    const { clock, add } = createKit();
    const first = add("a");
    first.asOf = clock.wall() - 3_600_000;
    await clock.advance("10s");
    expect(wordOf(first)).toBe("200 STALE");
    const second = add("b");
    second.asOf = first.asOf;
    await clock.advance("20s");
    expect([wordOf(first), wordOf(second)]).toEqual(["200 STALE", "503 STALE"]);
  });

  test("1.9 fleet and onRequest() exclude each other, and one fleet() is for one health", () => {
    const group = fleet(memoryFleet(), { group: "matcher" });
    const refused = expect.objectContaining({ name: "TypeError", code: "HS_WRONG_MODE" });
    expect(() => createHealth({ fleet: group, refresh: onRequest() })).toThrow(refused);
    createHealth({ fleet: group });
    expect(() => createHealth({ fleet: group })).toThrow(refused);
  });

  test("1.9 drain() and close() send a beat at once, and close() waits for it at most `within`", async () => {
    const { clock, store, add } = createKit();
    const [one, hung] = [add("a"), add("b")];
    await clock.advance("20s");
    one.health.drain();
    await clock.advance(0);
    expect(one.beats.at(-1)).toMatchObject({ standing: "out", isClosed: false });
    let isClosed = false;
    void one.health.close().then(() => (isClosed = true));
    await clock.advance(0);
    expect([isClosed, one.beats.at(-1)?.isClosed]).toEqual([true, true]);
    expect((await store.read("matcher")).members.map(({ replica }) => replica)).toEqual([hung.beats[0]?.replica]);

    hung.before = () => new Promise(() => {});
    let closedAt = 0;
    const from = clock.monotonic();
    void hung.health.close().then(() => (closedAt = clock.monotonic()));
    await clock.advance("1s");
    expect(closedAt - from).toBe(100);
  });

  test("1.9 closing while a beat is under way sends no second call beside it, and its answer changes nothing", async () => {
    const { clock, store, add } = createKit();
    const one = add("a");
    add("b");
    await clock.advance("20s");
    let answer = (): void => {};
    one.after = () => new Promise((resolve) => (answer = resolve));
    const before = one.beats.length;
    await step(clock, () => one.beats.length > before);
    one.after = async () => {};
    let isClosed = false;
    void one.health.close().then(() => (isClosed = true));
    await clock.advance(10);
    expect([one.beats.length - before, isClosed]).toEqual([1, false]);
    answer();
    await clock.advance(1);
    expect([one.beats.length - before, isClosed, one.beats.at(-1)?.isClosed]).toEqual([2, true, true]);
    expect((await store.read("matcher")).members).toHaveLength(1);
    await clock.advance("1m");
    expect(one.beats.length - before).toBe(2);
  });

  test.each([3_600_000, -3_600_000, 36_000_000, -36_000_000])(
    "1.10 a wall clock that jumps by %i ms while a replica is out or held in changes neither",
    async (jumpMs) => {
      const { clock, add } = createKit();
      const [one, other] = [add("a"), add("b")];
      await clock.advance("20s");
      for (const replica of [one, other]) replica.sourceUp = false;
      await clock.advance("2m");
      const before = [wordOf(one), wordOf(other)];
      expect([...before].sort()).toEqual(["200 STALE", "503 STALE"]);
      const counts = [one, other].map(({ beats }) => beats.length);
      for (const replica of [one, other]) {
        replica.wallOffMs = jumpMs;
        for (let at = 0; at < 20; at++) {
          await clock.advance("1s");
          expect([wordOf(one), wordOf(other)]).toEqual(before);
        }
      }
      // Nobody beats more often or falls silent because of it.
      for (const [at, { beats }] of [one, other].entries()) {
        expect(beats.length - (counts[at] ?? 0)).toBeGreaterThanOrEqual(7);
        expect(beats.length - (counts[at] ?? 0)).toBeLessThanOrEqual(10);
      }
    },
  );
});

describe("rolling out, rule by rule (FLEET 3)", () => {
  interface Rolling {
    readonly clock: HeapClock;
    readonly replicas: { readonly health: Health; readonly index: Resource<{ readonly revision: string }> }[];
    readonly pin: (revision: string) => Promise<void>;
    announced: string;
  }

  /** A source whose revisions that begin with `torn` cannot be loaded. */
  async function createRolling(count: number): Promise<Rolling> {
    const clock = createHeapClock(() => 0.5);
    const store = memoryFleet({ clock });
    const rolling: Rolling = { clock, replicas: [], pin: (revision) => pins[0]?.(revision) ?? gone(), announced: "v1" };
    const pins: ((revision: string) => Promise<void>)[] = [];
    for (let at = 0; at < count; at++) {
      const group = fleet(store, { group: "matcher", replica: `r${at}` });
      const health = createHealth({ clock, fleet: group });
      health.subscribe(() => {});
      const source = byVersion({
        version: () => ({ revision: rolling.announced }),
        load: (revision: string) => {
          if (revision.startsWith("torn")) throw new Error("the file is torn");
          return { revision };
        },
        addressed: true,
      });
      const load = rollout(source, { fleet: group, soak: "10m" });
      pins.push(load.pin);
      const index = health.resource<{ readonly revision: string }>("index", {
        load,
        refreshEvery: "30s",
        staleAfter: "2m",
        refuseAfter: "5m",
      });
      rolling.replicas.push({ health, index });
      health.start();
    }
    await clock.advance("1m");
    return rolling;
  }
  const statesOf = ({ replicas }: Rolling): readonly string[] => replicas.map(({ index }) => index.snapshot().state);
  const staleOf = (rolling: Rolling): Rolling["replicas"] =>
    rolling.replicas.filter(({ index }) => index.snapshot().state !== "READY");

  test("a revision that cannot be loaded makes one replica STALE, and no other tries it", async () => {
    const rolling = await createRolling(8);
    rolling.announced = "torn";
    await rolling.clock.advance("30m");
    expect(staleOf(rolling)).toHaveLength(1);
    const [canary] = staleOf(rolling);
    expect(canary?.index.snapshot()).toMatchObject({ state: "STALE", revision: "v1" });
    // It left, because one of eight may.
    expect(canary?.health.snapshot().fleet).toMatchObject({ out: true });
    expect(rolling.replicas.filter((one) => one !== canary).map(({ index }) => index.snapshot().behind)).toEqual(
      Array.from({ length: 7 }, () => "torn"),
    );
    // The publisher mends it.
    rolling.announced = "v2";
    await rolling.clock.advance("1h");
    expect(rolling.replicas.map(({ index }) => index.peek()?.revision)).toEqual(rolling.replicas.map(() => "v2"));
  });

  test("and a pin of the revision before makes that replica READY again", async () => {
    const rolling = await createRolling(8);
    rolling.announced = "torn";
    await rolling.clock.advance("30m");
    await rolling.pin("v1");
    await rolling.clock.advance("5m");
    expect(statesOf(rolling)).toEqual(rolling.replicas.map(() => "READY"));
  });
});
