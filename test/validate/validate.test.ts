import { describe, expect, test } from "vitest";
import { runInNewContext } from "node:vm";
import { atMost } from "../../src/validate/at-most.ts";
import type { Check } from "../../src/validate/check.ts";
import { notEmpty } from "../../src/validate/not-empty.ts";
import { sample } from "../../src/validate/sample.ts";
import { sizeChange } from "../../src/validate/size-change.ts";

/** Why a check refused; `undefined` if it let the value pass. */
async function reasonOf<T>(check: Check<T>, next: T, previous?: T): Promise<string | undefined> {
  try {
    return (await check(next, previous)) === false ? "false" : undefined;
  } catch (error) {
    expect(error).toMatchObject({ code: "HS_REFUSED" });
    return String((error as Error).message);
  }
}

const list = (length: number): number[] => Array.from({ length }, (_, at) => at);

describe("notEmpty()", () => {
  test.each([
    ["an array", [], [1]],
    ["a Map", new Map(), new Map([[1, 1]])],
    ["a Set", new Set(), new Set([1])],
    ["a string", "", "a"],
    ["a typed array", new Uint8Array(), new Float64Array(1)],
    ["a DataView", new DataView(new ArrayBuffer(0)), new DataView(new ArrayBuffer(1))],
    ["a buffer", new ArrayBuffer(0), new ArrayBuffer(1)],
    ["a shared buffer", new SharedArrayBuffer(0), new SharedArrayBuffer(1)],
    ["a plain object", {}, { a: 1 }],
    ["an object without a prototype", Object.create(null), Object.assign(Object.create(null), { a: 1 })],
    ["a Map of another realm", runInNewContext("new Map()"), runInNewContext("new Map([[1, 1]])")],
    ["an object of another realm", runInNewContext("({})"), runInNewContext("({ a: 1 })")],
  ])("knows the size of %s", async (_, empty, full) => {
    expect(await reasonOf(notEmpty(), empty)).toBe("the new value is empty");
    expect(await reasonOf(notEmpty(), full)).toBeUndefined();
  });

  test("asks a size function for other values, and refuses what it cannot count", async () => {
    class Index {
      readonly entries: number;
      constructor(entries: number) {
        this.entries = entries;
      }
    }
    const check = notEmpty((index: Index) => index.entries);
    expect(await reasonOf(check, new Index(0))).toBe("the new value is empty");
    expect(await reasonOf(check, new Index(1))).toBeUndefined();
    expect(await reasonOf(notEmpty(), new Index(1))).toContain("Pass a size function");
    expect(await reasonOf(notEmpty<unknown>(), 7)).toContain("Pass a size function");
    expect(await reasonOf(check, new Index(NaN))).toContain("gave NaN, not a number from 0");
  });
});

describe("sizeChange()", () => {
  const check = sizeChange<number[]>({ fewer: "30%", more: "200%" });

  test.each([
    [100, 70, true],
    [100, 69, false],
    [100, 300, true],
    [100, 301, false],
    [10, 7, true],
    [3, 2, false],
    [100, 0, false],
  ])("of %i entries, %i: passes is %o", async (before, after, passes) => {
    expect((await reasonOf(check, list(after), list(before))) === undefined).toBe(passes);
  });

  test("says both sizes and the limit", async () => {
    expect(await reasonOf(check, list(1), list(100))).toBe(
      "the new value has 1 entries and the current value has 100: more than 30% fewer",
    );
    expect(await reasonOf(sizeChange({ more: 0.1 }), list(9), list(3))).toContain("more than 10% more");
  });

  test("the first value, and one after an empty value, compare with nothing", async () => {
    expect(await reasonOf(check, list(0))).toBeUndefined();
    expect(await reasonOf(check, list(1_000), list(0))).toBeUndefined();
  });

  test("a limit that is left out is none", async () => {
    expect(await reasonOf(sizeChange({ fewer: "30%" }), list(9_999), list(1))).toBeUndefined();
    expect(await reasonOf(sizeChange({ more: "30%" }), list(0), list(9))).toBeUndefined();
  });

  test("refuses shares that are none, at the call", () => {
    expect(() => sizeChange({})).toThrow("Pass fewer, more, or both");
    for (const fewer of ["30", "-1%", 1.5, "101%", NaN, "a lot"])
      expect(() => sizeChange({ fewer })).toThrow(expect.objectContaining({ code: "HS_INVALID_OPTION" }));
    expect(() => sizeChange({ more: Infinity })).toThrow("more is Infinity");
    expect(() => sizeChange({ less: "3%" } as never)).toThrow('has no option "less"');
    expect(() => sizeChange({ fewer: undefined } as never)).toThrow("fewer is undefined");
  });
});

describe("atMost()", () => {
  test("a text limits bytes, a number limits entries", async () => {
    expect(await reasonOf(atMost("1kB"), new Float64Array(125))).toBeUndefined();
    expect(await reasonOf(atMost("1kB"), new Float64Array(126))).toBe("the new value has 1008 bytes, more than 1kB");
    expect(await reasonOf(atMost(2), [1, 2])).toBeUndefined();
    expect(await reasonOf(atMost(2), [1, 2, 3])).toBe("the new value has 3 entries, more than 2");
    expect(
      await reasonOf(
        atMost("1kB", (rows: string[]) => rows.join("").length),
        ["a".repeat(1_001)],
      ),
    ).toContain("1001 bytes");
    expect(await reasonOf(atMost("1kB"), ["a"])).toContain("Pass sizeOf");
    expect(() => atMost("a lot")).toThrow("atMost's limit is");
  });
});

describe("sample()", () => {
  const seen = (count: number, value: unknown): unknown[] => {
    const entries: unknown[] = [];
    void sample<unknown>(
      count,
      (entry) => void entries.push(entry),
      () => 0.999,
    )(value, undefined);
    return entries;
  };

  test("gives [key, value] of a Map and of an object, and the elements of everything else", () => {
    expect(seen(9, new Map([["a", 1]]))).toEqual([["a", 1]]);
    expect(seen(9, { a: 1 })).toEqual([["a", 1]]);
    expect(seen(9, ["a", "b"])).toEqual(["a", "b"]);
    expect(seen(9, new Set(["a", "b"]))).toEqual(["a", "b"]);
    expect(seen(9, new Uint8Array([4, 5]))).toEqual([4, 5]);
    expect(seen(9, [])).toEqual([]);
  });

  test("looks at as many entries as asked, spread evenly, none of them twice", () => {
    expect(seen(4, list(100))).toEqual([24, 49, 74, 99]);
    expect(seen(4, new Set(list(100)))).toEqual([24, 49, 74, 99]);
    for (let round = 0; round < 100; round++) {
      const looked: number[] = [];
      void sample<number[]>(7, (entry) => void looked.push(entry))(list(10), undefined);
      expect(new Set(looked).size).toBe(7);
    }
  });

  test("every entry can be looked at", () => {
    const looked = new Set<number>();
    for (let round = 0; round < 2_000; round++)
      void sample<number[]>(3, (entry) => void looked.add(entry))(list(10), undefined);
    expect(looked.size).toBe(10);
  });

  test("refuses by false, by a throw, and by a promise of either, and names the place", async () => {
    const refused = [
      () => false,
      () => {
        throw new Error("no rate");
      },
      async () => false,
      async () => Promise.reject(new Error("no rate")),
    ];
    for (const check of refused)
      expect(
        await reasonOf(
          sample<number[]>(1, check, () => 0.5),
          list(4),
        ),
      ).toMatch(/^sample\(\) rejected the entry at place 2(: no rate)?$/);
    expect(
      await reasonOf(
        sample<number[]>(9, async (n) => n < 3),
        list(4),
      ),
    ).toContain("place 3");
    expect(
      await reasonOf(
        sample<number[]>(9, async () => true),
        list(4),
      ),
    ).toBeUndefined();
  });

  test("refuses what has no entries, and a count that is none", async () => {
    const bytes = new ArrayBuffer(8);
    for (const value of [new Date(), "text", 7, null, bytes, new SharedArrayBuffer(8), new DataView(bytes)]) {
      const check = sample<unknown>(1, () => true);
      expect(await reasonOf(check, value), typeof value).toContain("Write your own check");
    }
    expect(
      await reasonOf(
        sample<unknown>(9, (n) => n === 0),
        new Uint8Array(8),
      ),
    ).toBeUndefined();
    expect(() => sample(0, () => true)).toThrow("sample's count is 0");
    expect(() => sample(1, "yes" as never)).toThrow("sample's check");
  });
});
