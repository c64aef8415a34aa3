import { describe, expect, test } from "vitest";
import { LoadPlan, type PlannedFrom } from "../../src/resource/load-plan.ts";
import { NO_FACTS, type Facts } from "../../src/state/facts.ts";

const SCHEDULE = { refreshEvery: 10_000, staleAfter: 60_000, jitter: 0, retryMost: undefined };
const NOW = 100_000;

const run = { startedAt: 99_000, invalidated: false, hinted: false };
const idle: Facts<string> = {
  ...NO_FACTS,
  held: {
    value: "v",
    revision: undefined,
    checkedAt: 99_000,
    changedAt: NOW,
    asOf: undefined,
    invalidated: false,
    origin: "source",
  },
  generation: 1,
};
const running: Facts<string> = { ...idle, run };
const failing: Facts<string> = { ...idle, failures: 1 };

const loaded: PlannedFrom<string> = {
  action: { type: "loaded", at: NOW, value: "v", revision: undefined, asOf: undefined },
  before: running,
  after: idle,
  now: NOW,
  isRunning: true,
  random: 0.5,
  lastStartedAt: 99_000,
};
const failed: PlannedFrom<string> = {
  ...loaded,
  action: { type: "failed", at: NOW, error: "e", outcome: "failed" },
  after: failing,
};
const hurried = (type: "invalidate" | "hint", rest: Partial<PlannedFrom<string>> = {}): PlannedFrom<string> => ({
  ...loaded,
  action: { type },
  before: idle,
  ...rest,
});

function plannedAfter(...all: readonly PlannedFrom<string>[]): number {
  const plan = new LoadPlan(SCHEDULE);
  for (const from of all) plan.update(from);
  return plan.nextAttemptAt;
}

describe("when the next attempt comes", () => {
  test("none is planned at first", () => {
    const plan = new LoadPlan(SCHEDULE);
    expect([plan.nextAttemptAt, plan.abandoned]).toEqual([Infinity, 0]);
    plan.nextAttemptAt = 5;
    expect(plan.nextAttemptAt).toBe(5);
  });

  test("after a success at the schedule, counted from the start of the load", () => {
    expect(plannedAfter(loaded)).toBe(109_000);
  });

  test("while a load runs, or the health does not, none is planned", () => {
    expect(plannedAfter(loaded, { ...loaded, after: running })).toBe(Infinity);
    expect(plannedAfter(loaded, { ...loaded, isRunning: false })).toBe(Infinity);
  });

  test("after a failure at the end of the back-off, rounded up", () => {
    expect(plannedAfter(failed)).toBe(NOW + 550);
    expect(plannedAfter({ ...failed, now: NOW + 0.5 })).toBe(NOW + 551);
  });

  test("after a lost run, or where nothing is held, at once, or when the source may be asked", () => {
    const lost: PlannedFrom<string> = { ...loaded, action: { type: "lost" } };
    expect(plannedAfter(lost)).toBe(NOW);
    expect(plannedAfter({ ...lost, after: { ...idle, notBefore: NOW + 70 } })).toBe(NOW + 70);
    expect(plannedAfter({ ...lost, after: { ...idle, notBefore: NOW - 70 } })).toBe(NOW);
    expect(plannedAfter({ ...loaded, after: NO_FACTS })).toBe(NOW);
    expect(plannedAfter({ ...loaded, after: { ...NO_FACTS, notBefore: NOW + 70 } })).toBe(NOW + 70);
  });

  test("after a lost run the failures before it do not count", () => {
    expect(plannedAfter({ ...loaded, action: { type: "lost" }, after: failing })).toBe(NOW);
  });

  test("a run that was invalidated or hinted at is followed soon, not before the source may be asked", () => {
    for (const mark of ["invalidated", "hinted"]) {
      const before = { ...idle, run: { ...run, [mark]: true } };
      expect(plannedAfter({ ...loaded, before })).toBe(NOW);
      expect(plannedAfter({ ...loaded, before, lastStartedAt: 99_500 })).toBe(100_500);
      expect(plannedAfter({ ...loaded, before, after: { ...idle, notBefore: NOW + 700 } })).toBe(NOW + 700);
    }
  });

  test("an invalidation or a hint brings the plan forward, and never puts it off", () => {
    for (const type of ["invalidate", "hint"] as const) {
      expect(plannedAfter(loaded, hurried(type, { lastStartedAt: 99_500 }))).toBe(100_500);
      const plan = new LoadPlan(SCHEDULE);
      plan.nextAttemptAt = NOW + 10;
      plan.update(hurried(type, { lastStartedAt: 99_500 }));
      expect(plan.nextAttemptAt).toBe(NOW + 10);
    }
  });

  test("an invalidation or a hint leaves a back-off alone, and a run that goes on has no next", () => {
    for (const type of ["invalidate", "hint"] as const) {
      for (const random of [0, 0.5])
        expect(plannedAfter(failed, hurried(type, { before: failing, after: failing, random }))).toBe(NOW + 550);
      expect(plannedAfter(loaded, hurried(type, { before: running, after: running }))).toBe(Infinity);
    }
  });

  test("a restored value changes no plan", () => {
    const held = { ...(idle.held ?? expect.fail()), checkedAt: 0, origin: "store" } as const;
    const action = { type: "restored", held } as const;
    expect(plannedAfter({ ...loaded, action })).toBe(Infinity);
    expect(plannedAfter(failed, { ...loaded, action })).toBe(NOW + 550);
  });
});

describe("a source that asks to be left alone", () => {
  const asked = (notBefore: number, random = 0.5): PlannedFrom<string> => ({
    ...failed,
    after: { ...failing, notBefore },
    random,
  });

  test("is, and up to a tenth longer, so that replicas do not come back at once", () => {
    expect([0, 0.5, 0.999].map((random) => plannedAfter(asked(NOW + 10_000, random)))).toEqual([
      NOW + 10_000,
      NOW + 10_500,
      NOW + 10_999,
    ]);
    expect(plannedAfter(asked(NOW + 601, 0.5))).toBe(NOW + 632);
  });

  test("has its back-off where that is longer, or the floor has passed", () => {
    expect(plannedAfter(asked(NOW + 100))).toBe(NOW + 550);
    expect(plannedAfter(asked(NOW))).toBe(NOW + 550);
    expect(plannedAfter(asked(NOW - 50_000))).toBe(NOW + 550);
  });
});

describe("runs that hang", () => {
  test("each doubles the wait, and each that settles brings the attempt forward", () => {
    const plan = new LoadPlan(SCHEDULE);
    plan.abandoned++;
    plan.abandoned++;
    expect(plan.abandoned).toBe(2);
    plan.update(failed);
    expect(plan.nextAttemptAt).toBe(NOW + 2_200);
    expect([plan.noteSettled(failing), plan.abandoned]).toEqual([NOW + 1_100, 1]);
    plan.nextAttemptAt = NOW + 1_100;
    expect([plan.noteSettled(failing), plan.abandoned]).toEqual([NOW + 550, 0]);
  });

  test("the attempt is not brought forward to where it is already, nor past the floor of the source", () => {
    const plan = new LoadPlan(SCHEDULE);
    plan.abandoned++;
    plan.update({ ...failed, after: { ...failing, notBefore: NOW + 1_000 } });
    expect(plan.nextAttemptAt).toBe(NOW + 1_100);
    expect(plan.noteSettled(failing)).toBe(NOW + 1_050);
    plan.abandoned++;
    plan.nextAttemptAt = NOW + 1_050;
    expect(plan.noteSettled(failing)).toBe(undefined);
  });

  test("where no retry is planned, none is brought forward", () => {
    const plan = new LoadPlan(SCHEDULE);
    plan.abandoned++;
    expect([plan.noteSettled(idle), plan.abandoned]).toEqual([undefined, 0]);
    plan.abandoned++;
    plan.update(failed);
    // A success forgets the retry.
    plan.update(loaded);
    expect(plan.noteSettled(idle)).toBe(undefined);
  });

  test("the longest wait is that of a resource with nothing held, where nothing is", () => {
    const slow = { ...SCHEDULE, refreshEvery: 86_400_000 };
    const after = { ...failing, failures: 20 };
    const planned = (facts: Facts<string>, abandoned: number): number => {
      const plan = new LoadPlan(slow);
      for (let n = 0; n < abandoned; n++) plan.abandoned++;
      plan.update({ ...failed, after: facts, random: 0.999_999_999 });
      return plan.nextAttemptAt - NOW;
    };
    expect([planned(after, 0), planned({ ...after, held: undefined }, 0)]).toEqual([300_000, 30_000]);
    expect([planned(after, 5), planned({ ...after, held: undefined }, 5)]).toEqual([300_000, 120_000]);
  });
});
