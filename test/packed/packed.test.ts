import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { packedMap, packedSet } from "../../src/packed/index.ts";

/** Texts that are narrow, wide, lone surrogates, and such as differ in their last characters alone. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({ unit: "binary-ascii", maxLength: 40 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 9 }).map((codes) => String.fromCharCode(...codes)),
  fc.constantFrom("", "a", "aa", "ÿ", "Ā", "a\0", "a\0\0", "__proto__", "constructor"),
);
const KINDS = {
  uint32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  float64: fc.double(),
  string: text,
  bytes: fc.uint8Array({ maxLength: 9 }),
} as const;

describe("a packed map of texts gives what a Map gives", () => {
  test.each(["uint32", "float64", "string", "bytes"] as const)("with values of %s", (values) => {
    // SAFETY: the kinds of the arbitrary and of the map are the same.
    const form = packedMap({ keys: "string", values }) as ReturnType<typeof packedMap<"string", "float64">>;
    const value = KINDS[values] as fc.Arbitrary<number>;
    fc.assert(
      fc.property(fc.array(fc.tuple(text, value), { maxLength: 60 }), fc.array(text), (entries, asked) => {
        const map = new Map(entries);
        const packed = form.view(form.pack(entries));
        expect(packed.size).toBe(map.size);
        expect([...packed]).toEqual([...map]);
        expect([...packed.keys()]).toEqual([...map.keys()]);
        expect([...packed.values()]).toEqual([...map.values()]);
        for (const key of [...map.keys(), ...asked]) {
          expect(packed.get(key)).toEqual(map.get(key));
          expect(packed.has(key)).toBe(map.has(key));
        }
      }),
    );
  });

  test("with a hundred thousand entries, whatever was put twice", () => {
    const form = packedMap({ keys: "string", values: "uint32" });
    const writer = form.writer();
    for (let round = 0; round < 2; round++)
      for (let at = 0; at < 100_000; at++) writer.set(`key-${at}`, round * 1_000_000 + at);
    expect(writer.size).toBe(100_000);
    const map = form.view(writer.finish());
    let wrong = 0;
    for (let at = 0; at < 100_000; at++) if (map.get(`key-${at}`) !== 1_000_000 + at) wrong++;
    for (let at = 100_000; at < 200_000; at++) if (map.has(`key-${at}`)) wrong++;
    expect(wrong).toBe(0);
  });

  test("with texts longer than a piece, narrow and wide", () => {
    const form = packedMap({ keys: "string", values: "string" });
    const long = ["x".repeat(10_001), "Ā".repeat(10_001)];
    const map = form.view(form.pack(long.map((one) => [one, one] as const)));
    expect(long.map((one) => map.get(one))).toEqual(long);
    expect([...map.keys()]).toEqual(long);
  });
});

test("a packed set of bytes gives what a Set of their hex gives", () => {
  for (const keys of [1, 3, 4, 5, 20, 32]) {
    const form = packedSet({ keys });
    const key = fc.uint8Array({ minLength: keys, maxLength: keys });
    fc.assert(
      fc.property(fc.array(key, { maxLength: 40 }), fc.array(key), (given, asked) => {
        const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
        const set = new Set(given.map(hex));
        const packed = form.view(form.pack(given));
        expect(packed.size).toBe(set.size);
        expect([...packed].map(hex)).toEqual([...set]);
        for (const one of [...given, ...asked]) expect(packed.has(one)).toBe(set.has(hex(one)));
        // Of another length, or of another kind.
        expect(packed.has(new Uint8Array(keys + 1))).toBe(false);
        expect(packed.has("text" as never)).toBe(false);
      }),
      { numRuns: 30 },
    );
  }
});

test("equal entries give equal bytes, and a view reads a buffer that begins anywhere", () => {
  const form = packedMap({ keys: 4, values: "float64" });
  const entries = [[new Uint8Array([1, 2, 3, 4]), 0.5] as const];
  const bytes = form.pack(entries);
  expect(form.pack(entries)).toEqual(bytes);
  const moved = new Uint8Array(bytes.length + 3);
  moved.set(bytes, 3);
  const map = form.view(moved.subarray(3));
  expect(map.get(new Uint8Array([1, 2, 3, 4]))).toBe(0.5);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  expect(form.view(shared).get(new Uint8Array([1, 2, 3, 4]))).toBe(0.5);
});

test("forEach calls back as that of a Map and of a Set does", () => {
  const seen: unknown[] = [];
  const map = packedMap({ keys: "string", values: "uint32" });
  map.view(map.pack([["a", 1]])).forEach((value, key) => seen.push([value, key]));
  const set = packedSet({ keys: "string" });
  set.view(set.pack(["b"])).forEach((key) => seen.push(key));
  expect(seen).toEqual([[1, "a"], "b"]);
});

const prices = packedMap({ keys: "string", values: "uint32" });
const packed = prices.pack([["a", 1]]);
const turned = (at: number): Uint8Array => packed.map((byte, index) => (index === at ? byte ^ 1 : byte));

test.each([
  ["a shape without keys", () => packedMap({ values: "uint32" } as never)],
  ["keys of no bytes", () => packedSet({ keys: 0 })],
  ["keys of half a byte", () => packedSet({ keys: 1.5 })],
  ["keys of too many bytes", () => packedSet({ keys: 1_025 })],
  ["values of another kind", () => packedMap({ keys: "string", values: "date" as never })],
  ["values that every object has", () => packedMap({ keys: "string", values: "toString" as never })],
  ["an unknown name", () => packedSet({ keys: 4, kyes: 1 } as never)],
  ["a key that is no text", () => prices.pack([[1 as never, 1]])],
  ["a key of another length", () => packedSet({ keys: 4 }).pack([new Uint8Array(3)])],
  ["a value that is no whole number", () => prices.pack([["a", 1.5]])],
  ["a value below 0", () => prices.pack([["a", -1]])],
  ["a text for a number", () => packedMap({ keys: "string", values: "float64" }).pack([["a", "1" as never]])],
  ["a number for a text", () => packedMap({ keys: "string", values: "string" }).pack([["a", 1 as never]])],
  ["an array for bytes", () => packedMap({ keys: "string", values: "bytes" }).pack([["a", [1] as never]])],
  ["no bytes", () => prices.view("packed" as never)],
  ["a buffer", () => prices.view(packed.buffer as never)],
  ["bytes of nobody", () => prices.view(new Uint8Array(64))],
  ["too few bytes", () => prices.view(packed.subarray(0, 8))],
  ["bytes that are cut", () => prices.view(packed.subarray(0, packed.length - 4))],
  ["bytes of another format", () => prices.view(turned(4))],
  ["bytes whose capacity is another", () => prices.view(turned(20))],
  ["bytes of another shape", () => packedMap({ keys: "string", values: "float64" }).view(packed)],
  ["bytes of other keys", () => packedMap({ keys: 4, values: "uint32" }).view(packed)],
  ["bytes of a set", () => packedSet({ keys: "string" }).view(packed)],
])("%s is refused", (_, make) => {
  expect(make).toThrow(TypeError);
  expect(make).toThrow(expect.objectContaining({ code: expect.stringMatching(/^HS_(INVALID|UNKNOWN)_OPTION$/) }));
});

test.each([
  ["nothing of it", () => new Uint8Array(64), /^health-state: bytes does not begin as pack\(\) writes it/],
  ["another format", () => turned(4), /^health-state: bytes does not begin as this version of pack\(\) writes it/],
  ["too little", () => packed.subarray(0, 8), /^health-state: bytes has 8 bytes, which is less than the header/],
  [
    "a part",
    () => packed.subarray(0, -4),
    /^health-state: bytes has \d+ bytes, and its header says \d+\. It is cut off/,
  ],
])("bytes whose content is wrong are told by their content, not by their type: %s", (_, make, message) => {
  expect(() => prices.view(make())).toThrow(message);
});

test.each(["string", 4] as const)("damaged bytes without an empty slot end a look-up: keys of %s", (keys) => {
  const form = packedSet({ keys }) as ReturnType<typeof packedSet<"string">>;
  const key = (keys === "string" ? "a" : new Uint8Array(4)) as string;
  const other = (keys === "string" ? "b" : new Uint8Array([1, 2, 3, 4])) as string;
  const bytes = form.pack([key]);
  // The slots begin after a header of 64 bytes, and there are 16 of them, of two words each.
  new Uint32Array(bytes.buffer, 64, 32).fill(1);
  const set = form.view(bytes);
  expect([set.has(key), set.has(other)]).toEqual([false, false]);
});

test("damaged bytes at any place are refused, or every look-up and every walk ends", () => {
  const entries: readonly (readonly [string, string])[] = [
    ["a", "narrow"],
    ["\u{1F600}", "\u0100 wide"],
    ["", ""],
  ];
  const texts = packedMap({ keys: "string", values: "string" });
  const numbers = packedMap({ keys: 3, values: "bytes" });
  const set = packedSet({ keys: "string" });
  const three = new Uint8Array(3);
  const forms = [
    { whole: texts.pack(entries), view: texts.view, keys: ["a", "\u{1F600}", "", "absent"] },
    { whole: numbers.pack([[three, three]]), view: numbers.view, keys: [three, three.slice(1)] },
    { whole: set.pack(["a", "\u0100"]), view: set.view, keys: ["a", "\u0100", "absent"] },
  ];
  for (const { whole, view, keys } of forms) {
    let refused = 0;
    for (let at = 0; at < whole.length; at++)
      for (const mask of [1, 2, 0x80, 0xff]) {
        const bytes = whole.slice();
        bytes[at] = (bytes[at] ?? 0) ^ mask;
        let opened: ReturnType<typeof view>;
        try {
          opened = view(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
          refused++;
          continue;
        }
        for (const key of keys) opened.has(key as never);
        if ("get" in opened) for (const key of keys) opened.get(key as never);
        // A walk cannot give more than there is room for.
        expect([...opened].length).toBeLessThanOrEqual(whole.length / 4);
      }
    expect(refused).toBeGreaterThan(0);
  }
});

test("keys and values of every size come back: empty, huge, of two bytes a character, and put twice", () => {
  const form = packedMap({ keys: "string", values: "string" });
  const huge = "k".repeat(300_000);
  const entries = [
    ["", ""],
    ["\u{1F600}\ud800", "\udfff"],
    [huge, huge],
    ["", "again"],
    [`${huge}é`, "é"],
  ] as const;
  const map = form.view(form.pack(entries));
  expect(map.size).toBe(4);
  expect([...new Map(entries)].filter(([key, value]) => map.get(key) !== value).length).toBe(0);
  expect(map.has(huge.slice(1))).toBe(false);
  const none = form.view(form.pack([]));
  expect([none.size, none.has(""), [...none]]).toEqual([0, false, []]);
});

test("a buffer that cannot double grows by less", () => {
  const real = ArrayBuffer;
  const most = 6_000;
  vi.stubGlobal(
    "ArrayBuffer",
    class extends real {
      constructor(length: number) {
        if (length > most) throw new RangeError("Array buffer allocation failed");
        super(length);
      }
    },
  );
  try {
    const form = packedMap({ keys: "string", values: "bytes" });
    const writer = form.writer();
    // The long values take 5,000 bytes, and the records 4,680.
    const keys = Array.from({ length: 90 }, (_, at) => `${at}`.padEnd(40, "k"));
    for (const [at, key] of keys.entries()) writer.set(key, new Uint8Array(at < 5 ? 1_000 : 0).fill(at));
    expect(() => writer.set("more", new Uint8Array(2_000))).toThrow(RangeError);
    const map = form.view(writer.finish());
    expect([...map.keys()]).toEqual(keys);
    expect(keys.map((key) => map.get(key)?.at(-1))).toEqual(keys.map((_, at) => (at < 5 ? at : undefined)));
  } finally {
    vi.unstubAllGlobals();
  }
});

test("a name that objects inherit is no key", () => {
  const map = prices.view(packed);
  expect(["constructor", "__proto__", "size"].map((name) => map.get(name))).toEqual([undefined, undefined, undefined]);
  expect(map.get(1 as never)).toBeUndefined();
});
