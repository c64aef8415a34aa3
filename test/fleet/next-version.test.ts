import { expect, test } from "vitest";
import { nextVersion } from "../../src/fleet/next-version.ts";

const MOST = 99_999_999_999_999;

test("each version differs from the one before, and has at most 14 digits", () => {
  for (const version of [0, 1, 2, 50_000_000_000_000, MOST - 1, MOST])
    for (let at = 0; at < 1_000; at++) {
      const next = nextVersion(version, String(at));
      expect(next).not.toBe(version);
      expect(Number.isSafeInteger(next) && next >= 1 && next <= MOST).toBe(true);
    }
});

test("the order of the contents counts, and so does each of them", () => {
  const after = (...texts: readonly string[]): number => texts.reduce(nextVersion, 0);
  const versions = [after("a", "b"), after("b", "a"), after("a", "c"), after("a"), after("b"), after("a", "a")];
  expect(new Set(versions).size).toBe(versions.length);
});
