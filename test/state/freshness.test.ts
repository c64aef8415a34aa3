import { describe, expect, test } from "vitest";
import { NO_FACTS, type Facts } from "../../src/state/facts.ts";
import { ageOf, changesAt, isPastRefuseAfter, stateOf } from "../../src/state/freshness.ts";
import { STATES } from "../../src/state/state.ts";

const facts = (invalidated = false, asOf?: number): Facts<string> => ({
  ...NO_FACTS,
  held: { value: "v", revision: undefined, checkedAt: 1_000, changedAt: 1_000, asOf, invalidated, origin: "source" },
});
const limits = { staleAfter: 10, refuseAfter: 20 };

describe("exactly at a limit the value is still good, and the next change is one ms later", () => {
  test.each([
    [1_009, 1_011],
    [1_010, 1_011],
    [1_011, 1_021],
    [1_019, 1_021],
    [1_020, 1_021],
    [1_021, Infinity],
    // A clock that was set back makes no value younger than new.
    [900, 1_011],
  ])("at %d the next change is at %d", (now, at) => {
    expect(changesAt(facts(), now, limits)).toBe(at);
  });

  test("at refuseAfter a value is served, and one ms later it is refused", () => {
    expect([1_020, 1_021].map((now) => isPastRefuseAfter(facts(), now, 20))).toEqual([false, true]);
    expect(isPastRefuseAfter(NO_FACTS, 1_021, 20)).toBe(false);
  });
});

describe("a value becomes STALE one ms after staleAfter", () => {
  test.each([
    ["its check", undefined, 1_010],
    ["asOf, which is older", 995, 1_005],
    ["asOf, which is younger", 1_003, 1_013],
  ])("counted from %s", (_, asOf, at) => {
    expect([at, at + 1].map((now) => stateOf(facts(false, asOf), now, 10))).toEqual(["READY", "STALE"]);
  });

  test("a clock that was set back gives no negative age", () => {
    const { held } = facts();
    expect(held && [900, 1_000, 1_001].map((now) => ageOf(held, now))).toEqual([0, 0, 1]);
  });
});

test("an invalidated value changes next at refuseAfter, because it is STALE already", () => {
  expect(stateOf(facts(true), 1_000, 10)).toBe("STALE");
  expect(changesAt(facts(true), 1_005, limits)).toBe(1_021);
  expect(changesAt(facts(true), 1_021, limits)).toBe(Infinity);
});

test("the limits count from asOf where there is one", () => {
  expect(changesAt(facts(false, 995), 1_000, limits)).toBe(1_006);
  expect(changesAt(facts(false, 985), 1_000, limits)).toBe(1_006);
});

test("where nothing is held, time alone changes nothing", () => {
  expect(changesAt(NO_FACTS, 1_000, limits)).toBe(Infinity);
});

test("without a value the state says whether the load runs that will give one", () => {
  const run = { startedAt: 5, invalidated: false, hinted: false };
  expect(stateOf(NO_FACTS, 9, 10)).toBe("NOT_LOADED");
  expect(stateOf({ ...NO_FACTS, run }, 9, 10)).toBe("LOADING");
  expect(stateOf({ ...facts(), run }, 1_009, 10)).toBe("READY");
  expect([...STATES].sort()).toEqual(["LOADING", "NOT_LOADED", "READY", "STALE"]);
});
