import { expect, test } from "vitest";
import { retryAfterOf } from "../../src/state/retry-after.ts";

test.each([
  [Infinity, 5],
  [100_000, 1],
  [90_000, 1],
  [100_001, 1],
  [101_000, 1],
  [101_001, 2],
  [107_000, 7],
  [129_001, 30],
  [130_000, 30],
  [500_000, 30],
])("an attempt at %d is announced at 100 000 as %d s: whole, at least 1 and at most 30", (at, seconds) => {
  expect(retryAfterOf(at, 100_000)).toBe(seconds);
});
