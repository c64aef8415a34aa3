import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { FleetAnswer, FleetBeat, FleetTurnAsk } from "../../src/fleet/index.ts";
import { chanceOf } from "./chance.ts";
import { Group } from "../../src/fleet/group.ts";
import type { Detour } from "./detour.ts";
import { endServers, STORE_KINDS, type TestStore } from "./stores.ts";

for (const { name, missing } of STORE_KINDS) if (missing) console.log(`skipped, ${name}: ${missing}`);
afterAll(endServers);

/** Long enough for a busy machine: nothing of these tests expires before it is told to. */
const LONG_MS = 6_000_000;
const SHORT_MS = 1_000_000;

let serial = 1_000;
const beat = (replica: string, given: Partial<FleetBeat> = {}): FleetBeat => ({
  replica,
  serial: serial++,
  ttlMs: LONG_MS,
  isClosed: false,
  knownForMs: 0,
  standing: "in",
  isWedged: false,
  staleness: 0,
  leaveLeftMs: 0,
  leave: { most: 1 },
  turns: [],
  notes: {},
  report: `{"of":"${replica}"}`,
  ...given,
});

const turn = (given: Partial<FleetTurnAsk> = {}): FleetTurnAsk => ({
  resource: "index",
  wants: "waits",
  first: false,
  staleInMs: 1_000,
  most: 1,
  ...given,
});

describe.each(STORE_KINDS)("$name (FLEET 1, 2, 4)", (kind) => {
  let opened: TestStore;
  const skip = kind.missing !== undefined;
  beforeAll(async () => {
    if (!skip) opened = await kind.open();
  });
  beforeEach(() => opened?.flush());
  afterAll(() => opened?.close());

  const say = async (replica: string, given: Partial<FleetBeat> = {}): Promise<FleetAnswer> =>
    opened.store.beat("group", beat(replica, given));
  const asks = (replica: string, given: Partial<FleetBeat> = {}): Promise<FleetAnswer> =>
    say(replica, { standing: "asks", staleness: 1.5, ...given });
  const wants = async (
    replica: string,
    given: Partial<FleetTurnAsk> = {},
    of: Partial<FleetBeat> = {},
  ): Promise<number> => (await say(replica, { turns: [turn(given)], ...of })).turns["index"] ?? NaN;

  /** A group that is older than the `ttl` of who asks: the others are there for long, who asks for short. */
  const old = { ttlMs: SHORT_MS };
  async function oldGroup(...replicas: readonly string[]): Promise<void> {
    for (const replica of replicas) await say(replica);
    await opened.pass(SHORT_MS * 2);
  }

  test.skipIf(skip)("counts its members, and a closed one is none", async () => {
    expect(await say("a")).toEqual({
      leaveMs: 0,
      place: 0,
      isIn: false,
      members: 1,
      othersOut: 0,
      turns: {},
      notes: [],
    });
    await say("b", { standing: "out" });
    expect(await say("c")).toMatchObject({ members: 3, othersOut: 1 });
    await say("b", { isClosed: true });
    expect(await say("c")).toMatchObject({ members: 2, othersOut: 0 });
  });

  test.skipIf(skip)("gives leave within the budget, and a place to who waits", async () => {
    await oldGroup("a", "b", "c", "d");
    expect(await asks("x", old)).toMatchObject({ leaveMs: SHORT_MS, place: 0, othersOut: 0 });
    expect(await asks("y", { ttlMs: SHORT_MS })).toMatchObject({ leaveMs: 0, place: 1, othersOut: 1 });
    expect(await asks("z", { ttlMs: SHORT_MS, leave: { most: 2 }, staleness: 2 })).toMatchObject({ leaveMs: SHORT_MS });
  });

  test.skipIf(skip)("a share is rounded down, and at least one", async () => {
    await oldGroup("a", "b", "c", "d");
    const tenth = { ttlMs: SHORT_MS, leave: { percent: 10 } };
    expect(await asks("x", tenth)).toMatchObject({ leaveMs: SHORT_MS });
    expect(await asks("y", tenth)).toMatchObject({ leaveMs: 0 });
    // 29 % of 7 are 2.03.
    expect(await asks("y", { ttlMs: SHORT_MS, leave: { percent: 29 } })).toMatchObject({ leaveMs: 0 });
    expect(await asks("z", { ttlMs: SHORT_MS, leave: { percent: 29 }, staleness: 2 })).toMatchObject({
      leaveMs: SHORT_MS,
    });
  });

  test.skipIf(skip)("the oldest data goes first", async () => {
    await oldGroup("a", "b", "c");
    await say("out", { standing: "out" });
    expect(await asks("young", { staleness: 1.1 })).toMatchObject({ leaveMs: 0, place: 1 });
    expect(await asks("older", { staleness: 1.7 })).toMatchObject({ leaveMs: 0, place: 1 });
    expect(await asks("young", { staleness: 1.2 })).toMatchObject({ leaveMs: 0, place: 2 });
    await say("out");
    expect(await asks("young", { staleness: 1.3, ttlMs: SHORT_MS })).toMatchObject({ leaveMs: 0, place: 2 });
    expect(await asks("older", { staleness: 1.8, ttlMs: SHORT_MS })).toMatchObject({ leaveMs: SHORT_MS, place: 0 });
  });

  test.skipIf(skip)("one always stays in, however large the budget is", async () => {
    await oldGroup("a");
    expect(await asks("x", { ...old, leave: { most: 9 } })).toMatchObject({ leaveMs: SHORT_MS });
    expect(await asks("a", { ...old, leave: { most: 9 } })).toMatchObject({ leaveMs: 0, place: 1 });
    // With nobody else in, a leave that runs is ended.
    expect(await asks("x", { ...old, leaveLeftMs: 50_000, leave: { most: 9 } })).toMatchObject({ leaveMs: SHORT_MS });
    await say("a", { standing: "out" });
    expect(await asks("x", { ...old, leaveLeftMs: 50_000, leave: { most: 9 } })).toMatchObject({ leaveMs: 0 });
  });

  test.skipIf(skip)("a renewal does not ask for the budget, and a leave that ended is none", async () => {
    await oldGroup("a", "b", "c");
    expect(await asks("x", { ttlMs: LONG_MS / 2, leaveLeftMs: 10 })).toMatchObject({ leaveMs: LONG_MS / 2 });
    await say("b", { standing: "out" });
    expect(await asks("x", { leaveLeftMs: 10 })).toMatchObject({ leaveMs: LONG_MS, othersOut: 1 });
    // By the replica's own clock it has ended.
    await say("a");
    expect(await asks("x", { ttlMs: SHORT_MS })).toMatchObject({ leaveMs: 0 });
  });

  test.skipIf(skip)("who is fresh again gives its leave back", async () => {
    await oldGroup("a", "b", "c");
    await asks("x", old);
    await say("x");
    expect(await asks("y", old)).toMatchObject({ leaveMs: SHORT_MS, othersOut: 0 });
  });

  test.skipIf(skip)("who is wedged counts as out, and once", async () => {
    await oldGroup("a", "b", "c");
    await say("w", { isWedged: true });
    expect(await asks("x", old)).toMatchObject({ leaveMs: 0, othersOut: 1 });
    await asks("w", { isWedged: true, ttlMs: LONG_MS });
    expect(await say("a")).toMatchObject({ othersOut: 1 });
  });

  test.skipIf(skip)("a silent replica no longer counts, nor does its leave", async () => {
    await oldGroup("a", "b", "c");
    await asks("x", old);
    expect(await say("a")).toMatchObject({ members: 4, othersOut: 1 });
    await opened.pass(SHORT_MS);
    expect(await say("a")).toMatchObject({ members: 3, othersOut: 0 });
  });

  test.skipIf(skip)("a group that was flushed gives no new leave for a ttl, and renews for who has one", async () => {
    await oldGroup("a", "b");
    await opened.flush();
    // Nobody is known to be in: the leave runs on, and is not renewed.
    expect(await asks("x", { leaveLeftMs: 5_000 })).toMatchObject({ leaveMs: 5_000 });
    await say("a");
    expect(await asks("x", { leaveLeftMs: 4_000 })).toMatchObject({ leaveMs: LONG_MS, othersOut: 0 });
    expect(await asks("y", { leave: { most: 5 } })).toMatchObject({ leaveMs: 0, othersOut: 1 });
  });

  test.skipIf(skip)("a leave that the store lost must pass the budget again", async () => {
    await oldGroup("a", "b");
    await say("out", { standing: "out" });
    expect(await asks("x", { ttlMs: SHORT_MS, leaveLeftMs: 50_000 })).toMatchObject({ leaveMs: 0 });
  });

  test.skipIf(skip)("one that has never been ready is in only while nobody else is", async () => {
    expect(await say("a", { standing: "new" })).toMatchObject({ isIn: true });
    expect(await say("b", { standing: "new" })).toMatchObject({ isIn: false });
    expect(await say("c")).toMatchObject({ members: 3, othersOut: 1 });
  });

  test.skipIf(skip)("turns: at most so many load, first loads first, then what becomes STALE soonest", async () => {
    expect(await wants("a", { first: true })).toBe(0);
    expect(await wants("b", { staleInMs: 500_000 })).toBe(1);
    expect(await wants("c", { staleInMs: 100_000 })).toBe(1);
    expect(await wants("b", { staleInMs: 500_000 })).toBe(2);
    expect(await wants("d", { first: true })).toBe(1);
    await opened.pass(10);
    expect(await wants("e", { first: true })).toBe(2);
    expect(await wants("a", { wants: "loads" })).toBe(0);
    await wants("a", { wants: "none" });
    expect(await wants("e", { first: true })).toBe(2);
    expect(await wants("d", { first: true })).toBe(0);
    expect(await wants("e", { first: true, most: 2 })).toBe(0);
    expect(await wants("c", { staleInMs: 100_000, most: 2 })).toBe(1);
  });

  test.skipIf(skip)("turns: each resource has its own", async () => {
    expect(await wants("a")).toBe(0);
    const two = await say("b", { turns: [turn(), turn({ resource: "rates" })] });
    expect(two.turns).toEqual({ index: 1, rates: 0 });
  });

  test.skipIf(skip)("turns: a silent replica loses its own, and one that closes gives it back", async () => {
    expect(await wants("a", {}, { ttlMs: SHORT_MS })).toBe(0);
    await say("z");
    expect(await wants("b")).toBe(1);
    await opened.pass(SHORT_MS);
    // The longest ttl of the group is long, so only what is over is dropped.
    expect(await wants("b")).toBe(0);
    await say("b", { isClosed: true, turns: [turn({ wants: "none" })] });
    expect(await wants("c")).toBe(0);
  });

  test.skipIf(skip)("turns: after a flush no new one is given for a ttl, and a load that runs is counted", async () => {
    await opened.flush();
    const known = { knownForMs: 60_000 };
    expect(await wants("a", {}, known)).toBe(1);
    expect(await wants("b", { first: true }, {})).toBe(1);
    expect(await wants("c", { wants: "loads" }, known)).toBe(0);
    expect(await wants("b", { first: true }, { ttlMs: 1 })).toBe(1);
  });

  test.skipIf(skip)("notes: the latest version reaches who knows another, and one writer wins", async () => {
    expect((await say("a", { notes: { "rollout:index": 0 } })).notes).toEqual([]);
    expect(await opened.store.write("group", { name: "rollout:index", version: 0, text: '{"a":"ü:\\n"}' })).toBe(true);
    expect(await opened.store.write("group", { name: "rollout:index", version: 0, text: "late" })).toBe(false);
    const { notes } = await say("a", { notes: { "rollout:index": 0 } });
    const version = notes[0]?.version ?? 0;
    const note = { name: "rollout:index", version, text: '{"a":"ü:\\n"}' };
    expect(notes).toEqual([note]);
    expect((await say("a", { notes: { "rollout:index": version } })).notes).toEqual([]);
    expect((await opened.store.read("group")).notes).toEqual([note]);
  });

  test.skipIf(skip)("notes: a failover that lost writes gives no version to another content", async () => {
    const name = "pin:index";
    const versionNow = async (): Promise<number> => (await opened.store.read("group")).notes[0]?.version ?? 0;
    const writeAll = async (...texts: readonly string[]): Promise<number> => {
      for (const text of texts)
        expect(await opened.store.write("group", { name, version: await versionNow(), text })).toBe(true);
      return versionNow();
    };
    const lost = await writeAll("a", "b");
    // It is as if the store had never had these two.
    await opened.flush();
    const there = await writeAll("a", "c");
    expect((await say("x", { notes: { [name]: lost } })).notes).toEqual([{ name, version: there, text: "c" }]);
    // Who read before the failover replaces nothing that came after it.
    expect(await opened.store.write("group", { name, version: lost, text: "d" })).toBe(false);
    expect((await opened.store.read("group")).notes).toEqual([{ name, version: there, text: "c" }]);
  });

  test.skipIf(skip)("notes: a version is a whole number of at most 14 digits, and each write changes it", async () => {
    const versions = [0];
    for (let at = 0; at < 20; at++) {
      const version = versions.at(-1) ?? 0;
      expect(await opened.store.write("group", { name: "pin:index", version, text: String(at) })).toBe(true);
      const { notes } = await say("a", { notes: { "pin:index": version } });
      // What an answer to a beat names is what a reading names, to the last digit.
      expect((await opened.store.read("group")).notes).toEqual(notes);
      versions.push(notes[0]?.version ?? NaN);
    }
    expect(new Set(versions).size).toBe(21);
    for (const version of versions.slice(1)) expect(String(version)).toMatch(/^[1-9]\d{0,13}$/);
  });

  test.skipIf(skip)("a reading names every member with its report, and groups do not see each other", async () => {
    expect(await opened.store.read("group")).toMatchObject({ knownForMs: undefined, members: [], notes: [] });
    await oldGroup("a", "b");
    await say("out", { standing: "out" });
    await asks("x", { ttlMs: SHORT_MS, leave: { most: 2 } });
    await opened.store.beat("other", beat("far"));
    const { members, knownForMs } = await opened.store.read("group");
    expect(knownForMs).toBeGreaterThanOrEqual(SHORT_MS);
    const short = members.map(({ replica, isOut, hasLeave, report }) => ({ replica, isOut, hasLeave, report }));
    expect(short.sort((one, other) => (one.replica < other.replica ? -1 : 1))).toEqual([
      { replica: "a", isOut: false, hasLeave: false, report: '{"of":"a"}' },
      { replica: "b", isOut: false, hasLeave: false, report: '{"of":"b"}' },
      { replica: "out", isOut: true, hasLeave: false, report: '{"of":"out"}' },
      { replica: "x", isOut: true, hasLeave: true, report: '{"of":"x"}' },
    ]);
  });

  describe.skipIf(skip)("a beat that was held back", () => {
    let detour: Detour;
    beforeAll(async () => {
      detour = await opened.detour();
      // The connection is there, and the server knows the scripts.
      await detour.store.beat("group", beat("warm"));
    });
    afterAll(() => detour?.close());

    /** Sends a beat that waits on its way. Gives its answer, or `undefined` if the store refuses it. */
    async function holdBack(said: FleetBeat): Promise<() => Promise<FleetAnswer | undefined>> {
      detour.hold();
      const answer = Promise.resolve(detour.store.beat("group", said)).then(undefined, () => undefined);
      await detour.arrived();
      return () => {
        detour.release();
        return answer;
      };
    }

    test("counts from its arrival, by the clock of the store", async () => {
      await oldGroup("a", "b", "c");
      const letThrough = await holdBack(beat("x", { serial: 1 }));
      await opened.pass(SHORT_MS * 2);
      expect(await letThrough()).toMatchObject({ members: 4 });
      const { members } = await opened.store.read("group");
      expect(members.find(({ replica }) => replica === "x")?.leftMs).toBeGreaterThan(LONG_MS - SHORT_MS);
    });

    test("does not give a leave back that a later beat got", async () => {
      await oldGroup("a", "b", "c");
      const letThrough = await holdBack(beat("x", { serial: 1 }));
      expect(await asks("x", { ...old, serial: 2 })).toMatchObject({ leaveMs: SHORT_MS });
      expect(await letThrough()).toBeUndefined();
      expect(await asks("y", old)).toMatchObject({ leaveMs: 0, othersOut: 1 });
    });

    test("does not take a place or a turn that a later beat gave back", async () => {
      await oldGroup("a", "b", "c");
      const letThrough = await holdBack(
        beat("x", { ...old, standing: "asks", staleness: 9, serial: 1, turns: [turn({ first: true })] }),
      );
      await say("x", { serial: 2 });
      expect(await letThrough()).toBeUndefined();
      expect(await asks("y", { ...old, turns: [turn()] })).toMatchObject({
        leaveMs: SHORT_MS,
        othersOut: 0,
        turns: { index: 0 },
      });
    });

    test("is answered when it comes a second time, as a client sends it again", async () => {
      await oldGroup("a", "b", "c");
      const said = beat("x", { ...old, standing: "asks", staleness: 1.5, serial: 7 });
      const first = await opened.store.beat("group", said);
      expect(first).toMatchObject({ leaveMs: SHORT_MS });
      expect(await opened.store.beat("group", { ...said, leaveLeftMs: 10 })).toEqual(first);
    });
  });

  test.skipIf(skip)("decides as the model does, whatever is said", async () => {
    // No time passes for the model, and what the store's clock does in this test ends nothing.
    const model = new Group();
    const chance = chanceOf(7);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)] as T;
    for (let step = 0; step < 300; step++) {
      const isClosed = chance() < 0.05;
      const said = beat(`r${Math.floor(chance() * 8)}`, {
        standing: pick(["in", "out", "asks", "asks", "asks", "new"]),
        isClosed,
        isWedged: chance() < 0.1,
        staleness: pick([1.1, 1.2, 1.3, 2]),
        ttlMs: LONG_MS,
        leaveLeftMs: pick([0, 0, 200_000]),
        leave: pick([{ most: 2 }, { percent: 25 }, { percent: 50 }]),
        turns:
          isClosed || chance() < 0.5
            ? [turn({ wants: pick(["waits", "loads", "none"]), staleInMs: Math.floor(chance() * 1e4) * 1e6, most: 2 })]
            : [],
      });
      const expected = model.beat(said, 1_000);
      const answer = await opened.store.beat("group", said);
      expect({ step, ...answer, othersOut: said.isClosed ? 0 : answer.othersOut }).toEqual({ step, ...expected });
    }
  });

  test.skipIf(skip)(
    "decides as the model does while time passes and the clock jumps, in two groups at once",
    async () => {
      // Steps of time so large that the milliseconds of the store between two beats decide nothing.
      const chance = chanceOf(11);
      const pick = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)] as T;
      const groups = ["a", "a-b"].map((name) => ({ name, model: new Group() }));
      let now = 1e9;
      for (let step = 0; step < 200; step++) {
        const passMs = pick([0, 0, 0, 0, 500_000, 1_100_000, 3_300_000, 7_700_000, -700_000, -9_000_000]);
        if (passMs) await opened.pass(passMs);
        now += passMs;
        const { name, model } = pick(groups);
        const said = beat(`r_${Math.floor(chance() * 6)}.{x}:"'%`, {
          standing: pick(["in", "out", "asks", "asks", "asks", "new"]),
          isClosed: chance() < 0.05,
          isWedged: chance() < 0.1,
          staleness: pick([1.1, 1.2, 1.3, 2]),
          ttlMs: pick([LONG_MS, LONG_MS, 2_000_000]),
          leaveLeftMs: pick([0, 0, 200_000]),
          leave: pick([{ most: 2 }, { percent: 25 }, { percent: 50 }]),
          turns: [
            turn({ wants: pick(["waits", "loads", "none"]), staleInMs: Math.floor(chance() * 1e4) * 1e6, most: 2 }),
          ],
        });
        const expected = model.beat(said, now);
        const answer = await opened.store.beat(name, said);
        expect({ step, ...answer, othersOut: said.isClosed ? 0 : answer.othersOut }).toEqual({ step, ...expected });
      }
    },
  );
});
