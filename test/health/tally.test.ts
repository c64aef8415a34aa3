import { expect, test } from "vitest";
import { RANKS, type Rank } from "../../src/health/rank.ts";
import { Tally } from "../../src/health/tally.ts";

// SAFETY: the keys of the table are the ranks.
const ORDER = Object.keys(RANKS) as readonly Rank[];

test("the ranks stand in their order, the worst first", () => {
  expect(ORDER).toEqual(["notLoaded", "loading", "pastRefuseAfter", "stale", "ready"]);
});

test("where nobody is counted, it is ready", () => {
  expect(new Tally().worst).toBe("ready");
});

test("the worst at which one stands counts, however many stand better", () => {
  const tally = new Tally();
  for (const rank of [...ORDER].reverse()) {
    tally.move(undefined, rank);
    expect(tally.worst).toBe(rank);
  }
  for (const [index, rank] of ORDER.entries()) {
    expect(tally.worst).toBe(rank);
    tally.move(rank, ORDER[index + 1]);
    tally.move(ORDER[index + 1], undefined);
  }
  expect(tally.worst).toBe("ready");
});

test("two at one rank are two", () => {
  const tally = new Tally();
  tally.move(undefined, "stale");
  tally.move(undefined, "stale");
  tally.move("stale", "ready");
  expect(tally.worst).toBe("stale");
  tally.move("stale", undefined);
  expect(tally.worst).toBe("ready");
});
