import { describe, expect, test } from "vitest";
import { toBytes } from "../../src/option/byte-size.ts";

describe("a size in bytes", () => {
  test.each([
    [65_536, 65_536],
    [1.2, 2],
    ["1B", 1],
    ["500kB", 500_000],
    ["500KB", 500_000],
    ["64MiB", 64 * 2 ** 20],
    ["64 MiB", 64 * 2 ** 20],
    ["1.5GB", 1_500_000_000],
    ["1.25kB", 1_250],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ["1GiB", 2 ** 30],
    ["2TB", 2e12],
    ["1KiB", 1024],
    ["1TiB", 2 ** 40],
  ])("%o is %i bytes", (given, bytes) => {
    expect(toBytes("maxBytes", given)).toBe(bytes);
  });

  test.each([
    "",
    "64",
    "64mb",
    "64 M",
    "-1MB",
    "1e3B",
    "MB",
    "1MBs",
    " 1MB",
    0,
    -1,
    NaN,
    Infinity,
    null,
    1n,
    "99999TB",
  ])("%o is refused, and the error names the option and what is accepted", (given) => {
    expect(() => toBytes("maxBytes", given)).toThrow(
      expect.objectContaining({
        code: "HS_INVALID_OPTION",
        message: expect.stringMatching(/^health-state: maxBytes is .* Pass a size of at least 1 bytes/),
      }),
    );
  });

  test("the least may be another", () => {
    expect(toBytes("least", 0, 0)).toBe(0);
    expect(() => toBytes("memory", "1kB", 4096)).toThrow('memory is "1kB". Pass a size of at least 4096 bytes');
  });
});
