import { expect, test } from "vitest";
import { RANKS, rankOf } from "../../src/health/rank.ts";
import { NO_FACTS, type Facts } from "../../src/state/facts.ts";

const LIMITS = { staleAfter: 10, refuseAfter: 20 };
const run = { startedAt: 0, invalidated: false, hinted: false };
const held: Facts<string> = {
  ...NO_FACTS,
  held: {
    value: "v",
    revision: undefined,
    checkedAt: 0,
    changedAt: 0,
    asOf: undefined,
    invalidated: false,
    origin: "source",
  },
};

test.each([
  ["notLoaded", NO_FACTS, 0],
  ["loading", { ...NO_FACTS, run }, 0],
  ["ready", held, 10],
  ["ready", { ...held, run }, 10],
  ["stale", held, 11],
  ["stale", held, 20],
  ["pastRefuseAfter", held, 21],
  ["pastRefuseAfter", { ...held, run }, 21],
] as const)("the rank is %s", (rank, facts, now) => {
  expect(rankOf(facts, now, LIMITS)).toBe(rank);
});

test("what has no value, or one that is too old to serve, makes readiness fail", () => {
  expect(Object.entries(RANKS).map(([rank, { state, outcome }]) => [rank, state, outcome])).toEqual([
    ["notLoaded", "NOT_LOADED", "notLoaded"],
    ["loading", "LOADING", "notLoaded"],
    ["pastRefuseAfter", "STALE", "stale"],
    ["stale", "STALE", "ok"],
    ["ready", "READY", "ok"],
  ]);
});
