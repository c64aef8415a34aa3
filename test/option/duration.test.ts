import { describe, expect, test } from "vitest";
import { toMs, toMsOrNever } from "../../src/option/duration.ts";

describe("a duration", () => {
  test.each([
    [1500, 1500],
    [0.1, 1],
    ["0ms", 0],
    ["500ms", 500],
    ["1.25s", 1250],
    ["0.05m", 3000],
    ["1.0001s", 1001],
    ["30s", 30_000],
    ["5m", 300_000],
    ["12h", 43_200_000],
    ["1d", 86_400_000],
    ["0.5d", 43_200_000],
    [0, 0],
    [1e15 - 1, 1e15 - 1],
  ])("%o is %d ms", (given, ms) => {
    expect(toMs("timeout", given, 0)).toBe(ms);
  });

  test.each([
    "5min",
    "5 m",
    "ms",
    "s",
    "5",
    "",
    "1.s",
    ".5s",
    "x5m",
    "5mx",
    "5ms ",
    "1..5s",
    "5M",
    "-1s",
    "never",
    "1e3s",
    -1,
    NaN,
    Infinity,
    1e15,
    "99999999999d",
    null,
    undefined,
    true,
    1n,
    {},
    ["5m"],
  ])("%o is refused", (given) => {
    expect(() => toMs("timeout", given, 0)).toThrow(
      expect.objectContaining({
        name: "TypeError",
        code: "HS_INVALID_OPTION",
        message: expect.stringMatching(/^health-state: timeout is .*\. Pass a duration of at least 0 ms/),
      }),
    );
  });

  test("the least is accepted, and less is not", () => {
    expect(toMs("timeout", 10, 10)).toBe(10);
    expect(() => toMs("timeout", 9, 10)).toThrow(
      'health-state: timeout is 9. Pass a duration of at least 10 ms (1500, "500ms", "30s", "5m", "2h").',
    );
  });

  test("'never' is accepted only where it may be", () => {
    expect(toMsOrNever("staleAfter", "never", 1)).toBe(Infinity);
    expect(toMsOrNever("staleAfter", "5m", 1)).toBe(300_000);
    expect(() => toMsOrNever("staleAfter", "always", 1)).toThrow(
      'health-state: staleAfter is "always". Pass a duration of at least 1 ms ' +
        '(1500, "500ms", "30s", "5m", "2h") or "never".',
    );
    expect(() => toMs("timeout", "never", 1)).toThrow('timeout is "never"');
  });
});
