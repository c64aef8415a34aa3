import { describe, expect, test } from "vitest";
import { NO_FACTS, type Facts, type HeldValue } from "../../src/state/facts.ts";
import { outcomeOfAction, transition, type ResourceAction } from "../../src/state/transition.ts";

const HELD: HeldValue<string> = {
  value: "old",
  revision: "1",
  checkedAt: 100,
  changedAt: 110,
  asOf: 90,
  invalidated: false,
  origin: "store",
};
const RUN = { startedAt: 500, invalidated: false, hinted: false };
const cause = new Error("refused");

/** Every fact is set, so that a fact that an action forgets shows. */
const full: Facts<string> = {
  held: HELD,
  run: RUN,
  generation: 3,
  failures: 2,
  lastError: { error: "e", at: 400 },
  rejected: { revision: "2", error: cause },
  notBefore: 9_000,
  behind: "7",
};
const idle: Facts<string> = { ...full, run: undefined };
const empty: Facts<string> = { ...full, held: undefined };

const failed = { type: "failed", at: 600, error: "down", outcome: "failed" } as const;
const unchanged = { type: "unchanged", at: 600, revision: undefined, asOf: undefined, behind: undefined } as const;
const loaded = { type: "loaded", at: 600, value: "new", revision: "5", asOf: 450 } as const;
const restored = {
  type: "restored",
  held: {
    value: "kept",
    revision: "4",
    checkedAt: 50,
    changedAt: 600,
    asOf: 40,
    invalidated: false,
    origin: "seed",
  },
} as const;

describe("the whole of the facts after each action", () => {
  test("a start notes when, and nothing else", () => {
    expect(transition(idle, { type: "start", at: 700 })).toEqual({ ...idle, run: { ...RUN, startedAt: 700 } });
  });

  test("a value that was loaded is one more, is checked since the start of its load, and clears what went wrong", () => {
    expect(transition(full, loaded)).toEqual({
      ...NO_FACTS,
      held: {
        value: "new",
        revision: "5",
        checkedAt: 500,
        changedAt: 600,
        asOf: 450,
        invalidated: false,
        origin: "source",
      },
      generation: 4,
    });
  });

  test("unchanged() without a revision keeps the value, its revision and the instant of its change", () => {
    expect(transition(full, unchanged)).toEqual({
      ...NO_FACTS,
      held: { ...HELD, checkedAt: 500, asOf: undefined, origin: "source" },
      generation: 3,
    });
  });

  test("unchanged() takes the revision and the asOf that it names, and what the source holds back", () => {
    expect(transition(full, { ...unchanged, revision: "6", asOf: 480, behind: "8" })).toEqual({
      ...NO_FACTS,
      held: { ...HELD, revision: "6", checkedAt: 500, asOf: 480, origin: "source" },
      generation: 3,
      behind: "8",
    });
  });

  test("unchanged() with another revision than the rejected one makes the value young, and forgets the rejection", () => {
    const after = transition(full, { ...unchanged, revision: "3" });
    expect([after.rejected, after.lastError, after.held?.checkedAt]).toEqual([undefined, undefined, 500]);
  });

  test("unchanged() with the rejected revision ends the run, and the value keeps its age and the error", () => {
    expect(transition(full, { ...unchanged, revision: "2" })).toEqual({
      ...full,
      run: undefined,
      failures: 0,
      notBefore: undefined,
    });
  });

  test("unchanged() with a revision where none was rejected makes the value young", () => {
    const after = transition({ ...full, rejected: undefined }, { ...unchanged, revision: "2" });
    expect(after.held).toEqual({ ...HELD, revision: "2", checkedAt: 500, asOf: undefined, origin: "source" });
  });

  test("unchanged() while nothing is held is a failure that says what to do", () => {
    const after = transition(empty, unchanged);
    expect(after).toEqual({
      ...empty,
      run: undefined,
      failures: 3,
      lastError: { error: expect.objectContaining({ code: "HS_NOTHING_HELD" }), at: 600 },
    });
    expect(String(after.lastError?.error)).toBe(
      "Error: the loader returned unchanged() while no value is held; return a value",
    );
  });

  test("a failure is counted and named, and the value and the rejected revision stay", () => {
    const after = transition(full, failed);
    expect(after).toEqual({ ...full, run: undefined, failures: 3, lastError: { error: "down", at: 600 } });
    expect(Object.keys(after.lastError ?? {})).toEqual(["error", "at"]);
  });

  test("a failure may put off the next attempt", () => {
    expect(transition(full, { ...failed, notBefore: 12_000 }).notBefore).toBe(12_000);
    expect(transition({ ...full, notBefore: undefined }, { ...failed, notBefore: 12_000 }).notBefore).toBe(12_000);
    expect(transition({ ...full, notBefore: undefined }, failed).notBefore).toBe(undefined);
  });

  test("a revision that is refused is noted with its error, and refused again keeps the first error", () => {
    const refused = { ...failed, outcome: "rejected" } as const;
    expect(transition(full, { ...refused, revision: "9" })).toMatchObject({
      lastError: { error: "down", at: 600, revision: "9" },
      rejected: { revision: "9", error: "down" },
    });
    expect(transition(full, { ...refused, revision: "2" })).toMatchObject({
      lastError: { error: "down", at: 600, revision: "2" },
      rejected: { revision: "2", error: cause },
    });
    expect(transition({ ...full, rejected: undefined }, { ...refused, revision: "9" }).rejected).toEqual({
      revision: "9",
      error: "down",
    });
  });

  test("a lost run is gone, and nothing else", () => {
    expect(transition(full, { type: "lost" })).toEqual(idle);
  });

  test("a value that is restored has the age that it had, and the load goes on", () => {
    expect(transition(empty, restored)).toEqual({
      ...empty,
      held: restored.held,
      generation: 4,
    });
  });

  test("an invalidation marks the value and the run, each where there is one", () => {
    const marked = { held: { ...HELD, invalidated: true }, run: { ...RUN, invalidated: true } };
    expect(transition(full, { type: "invalidate" })).toEqual({ ...full, ...marked });
    expect(transition(idle, { type: "invalidate" })).toEqual({ ...idle, held: marked.held });
    expect(transition(empty, { type: "invalidate" })).toEqual({ ...empty, run: marked.run });
  });

  test("an invalidation during the run marks the value that the run brings", () => {
    const run = { ...RUN, invalidated: true };
    expect(transition({ ...full, run }, loaded).held?.invalidated).toBe(true);
    expect(transition({ ...full, run }, unchanged).held?.invalidated).toBe(true);
  });

  test("a hint marks the run, and only the run", () => {
    expect(transition(full, { type: "hint" })).toEqual({ ...full, run: { ...RUN, hinted: true } });
    expect(transition(idle, { type: "hint" })).toBe(idle);
  });

  test("an unload forgets the value, the run and the rejection, and keeps the count and the last error", () => {
    const after = { ...full, held: undefined, run: undefined, failures: 0, rejected: undefined, behind: undefined };
    expect(transition(full, { type: "unload" })).toEqual(after);
    expect(transition(idle, { type: "unload" })).toEqual(after);
    expect(transition(empty, { type: "unload" })).toEqual(after);
  });
});

test.each<[string, ResourceAction<string>, Facts<string>, string | undefined]>([
  ["a value", loaded, full, "loaded"],
  ["unchanged()", unchanged, full, "unchanged"],
  ["unchanged() while nothing is held", unchanged, empty, "failed"],
  ["a failure", failed, full, "failed"],
  ["a refusal", { ...failed, outcome: "rejected" }, full, "rejected"],
  ["a timeout", { ...failed, outcome: "timed-out" }, full, "timed-out"],
  ["a lost run", { type: "lost" }, full, undefined],
  ["an unload", { type: "unload" }, full, undefined],
  // Only a failure's own outcome counts: no other action has one.
  [
    "an action that bears an outcome by mistake",
    Object.assign({ type: "lost" } as const, failed, { type: "lost" } as const),
    full,
    undefined,
  ],
  ["an invalidation", { type: "invalidate" }, full, undefined],
  ["a value without a run", loaded, idle, undefined],
  ["a failure without a run", failed, idle, undefined],
  ["unchanged() without a run", unchanged, idle, undefined],
])("the outcome of %s", (_name, action, before, outcome) => {
  expect(outcomeOfAction(action, before)).toBe(outcome);
});

test("an action that does not apply gives the very same facts", () => {
  const neither: Facts<string> = { ...full, held: undefined, run: undefined };
  const actions: readonly (readonly [Facts<string>, ResourceAction<string>])[] = [
    [full, { type: "start", at: 600 }],
    [idle, loaded],
    [idle, unchanged],
    [neither, unchanged],
    [idle, failed],
    [idle, { type: "lost" }],
    [full, restored],
    [idle, restored],
    [neither, { type: "invalidate" }],
    [idle, { type: "hint" }],
    [neither, { type: "unload" }],
  ];
  for (const [facts, action] of actions) expect(transition(facts, action), action.type).toBe(facts);
});

test("unchanged() without a revision confirms the value where nothing was rejected", () => {
  const after = transition({ ...full, rejected: undefined }, unchanged);
  expect(after).toMatchObject({ held: { checkedAt: 500, asOf: undefined }, failures: 0, lastError: undefined });
});
