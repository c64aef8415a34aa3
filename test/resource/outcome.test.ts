import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { loaded, unchanged } from "../../src/index.ts";
import { checkData, isResponse, noteOf, outcomeOf } from "../../src/resource/outcome.ts";

/** What a call throws, as its code and its message. */
function thrownBy(call: () => unknown): readonly unknown[] {
  try {
    call();
    return [];
  } catch (error) {
    return error instanceof Error ? [Reflect.get(error, "code"), error.message] : [error];
  }
}

test("what a loader returned comes in one form", () => {
  const value = { id: 1 };
  expect(outcomeOf(loaded(value, { revision: 1, asOf: 5, keep: false }))).toMatchObject({
    isMarked: true,
    isUnchanged: false,
    value,
    revision: 1,
    asOf: 5,
    keep: false,
  });
  expect(outcomeOf(unchanged({ revision: "1", asOf: 5, behind: "2" }))).toMatchObject({
    isMarked: true,
    isUnchanged: true,
    revision: "1",
    asOf: 5,
    behind: "2",
  });
  const strict = new Proxy(value, {
    get: (_, name) => {
      throw new RangeError(`there is no ${String(name)}`);
    },
  });
  const everything: object = new Proxy(() => {}, { get: () => everything });
  for (const bare of [value, undefined, null, "text", 5, () => 1, strict, everything]) {
    const { value: kept, ...marks } = outcomeOf(bare);
    expect([Object.is(kept, bare), marks]).toEqual([true, { isMarked: false, isUnchanged: false }]);
  }
});

test("loaded() does not begin the work of a value that begins it when `then` is called", async () => {
  const seen: string[] = [];
  loaded({ then: () => void seen.push("then") });
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen).toEqual([]);
});

const PASS_ON = "the loader passed a result of loaded() or unchanged() to loaded(). Return that result";
const ERROR = Object.assign(new RangeError("down"), { code: "E" });

test.each([
  [undefined, "HS_NO_DATA", "the loader returned undefined. Return the value, loaded(value) or unchanged()"],
  [null, "HS_NO_DATA", "the loader returned null. Return the value, loaded(value) or unchanged()"],
  [loaded(1), "HS_NO_DATA", PASS_ON],
  [unchanged(), "HS_NO_DATA", PASS_ON],
  [ERROR, "E", "down"],
  [new Response("{}"), "HS_RESPONSE_AS_VALUE", "the loader returned a Response. Parse its body, and return the result"],
])("%s is no data, and the error says what to do", (value, code, message) => {
  expect(thrownBy(() => checkData(value))).toEqual([code, message]);
});

test("every other value is data", () => {
  for (const value of [0, "", false, NaN, {}, [], () => {}, Symbol("x")])
    expect(thrownBy(() => checkData(value))).toEqual([]);
});

test("a Response is known by its fields, in whatever realm it was made", () => {
  const fields = { ok: true, status: 200, arrayBuffer: () => {} };
  expect([new Response(), fields].map(isResponse)).toEqual([true, true]);
  const none = [
    null,
    undefined,
    "text",
    Object.assign(() => {}, fields),
    { ...fields, ok: "yes" },
    { ...fields, status: "200" },
    { ...fields, arrayBuffer: undefined },
  ];
  expect(none.map(isResponse)).toEqual(none.map(() => false));
});

const note = (given: object): unknown => noteOf({ isMarked: true, isUnchanged: false, ...given });

test("a revision is kept as a text, and null is none", () => {
  const revisions = ["etag", "", 7, 0, Infinity, 2n ** 70n, null, undefined];
  expect(revisions.map((revision) => note({ revision }))).toEqual(
    ["etag", "", "7", "0", "Infinity", String(2n ** 70n), undefined, undefined].map((revision) => ({
      revision,
      asOf: undefined,
    })),
  );
});

test.each([
  [NaN, "number"],
  [true, "boolean"],
  [{}, "object"],
  [() => 1, "function"],
  [Symbol("r"), "symbol"],
])("the revision %s fails the load, and the error says what is accepted", (revision, type) => {
  expect(thrownBy(() => note({ revision }))).toEqual([
    "HS_INVALID_REVISION",
    `the loader's revision is of type ${type}. Return a string, a number, a bigint, or null for none`,
  ]);
});

test("an asOf is a Date or epoch ms, as far as a Date reaches", () => {
  const most = 8.64e15;
  const alien: unknown = runInNewContext("new Date(7)");
  const times = [0, -5, most, -most, new Date(5), new Date(most), alien, undefined];
  expect(times.map((asOf) => note({ asOf }))).toEqual(
    [0, -5, most, -most, 5, most, 7, undefined].map((asOf) => ({ revision: undefined, asOf })),
  );
});

test.each([NaN, 8.64e15 + 1, -8.64e15 - 1, Infinity, new Date(NaN), null, "2026", true, {}, { getTime: () => "soon" }])(
  "the asOf %s fails the load, and the error says what is accepted",
  (asOf) => {
    expect(thrownBy(() => note({ asOf }))).toEqual([
      "HS_INVALID_AS_OF",
      "the loader's asOf is not a valid time. Return a valid Date or epoch ms",
    ]);
  },
);
