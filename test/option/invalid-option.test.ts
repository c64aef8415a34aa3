import { describe, expect, test } from "vitest";
import { checkFunction, fail, invalidOption, toSafeText } from "../../src/option/invalid-option.ts";

class Apple {}
class Pear {}

describe("how an error shows what was given", () => {
  test.each<[unknown, string]>([
    ["text", '"text"'],
    ["two\nlines", '"two\\u000alines"'],
    [5, "5"],
    [5n, "the bigint 5n"],
    [true, "true"],
    [undefined, "undefined"],
    [null, "null"],
    [Symbol("s"), "Symbol(s)"],
    [() => {}, "a function"],
    [class {}, "a function"],
    [{ secret: 1 }, "an object"],
    [Object.create(null), "an object"],
    [[1, 2], "an Array"],
    [new Apple(), "an Apple"],
    [new Pear(), "a Pear"],
    [new Map(), "a Map"],
    [new (class PearOrEgg {})(), "a PearOrEgg"],
    [new Error("secret"), "an Error"],
    [new (class {})(), "an object"],
    [{ constructor: { name: 5 } }, "an object"],
    [{ constructor: { name: "bad\nname" } }, "a bad\\u000aname"],
    [new (class Übel {})(), "a Übel"],
  ])("%#: %s", (given, shown) => {
    expect(() => invalidOption("load", given, "a function")).toThrow(
      expect.objectContaining({
        name: "TypeError",
        code: "HS_INVALID_OPTION",
        message: `health-state: load is ${shown}. Pass a function.`,
      }),
    );
  });

  test("a Proxy that throws is named, because an error must not end in another", () => {
    const given = new Proxy(
      {},
      {
        get: () => {
          throw new Error("no");
        },
      },
    );
    expect(() => invalidOption("load", given, "a function")).toThrow("load is an object. Pass a function.");
  });

  test("the code may be another", () => {
    expect(() => invalidOption("name", "a", "another name", "HS_NAME_TAKEN")).toThrow(
      expect.objectContaining({ code: "HS_NAME_TAKEN" }),
    );
    expect(() => fail("HS_CLOSED", "it is closed")).toThrow(
      expect.objectContaining({ name: "TypeError", code: "HS_CLOSED", message: "health-state: it is closed" }),
    );
  });
});

test("a function is a function, and nothing else is", () => {
  expect(() => checkFunction("load", () => {})).not.toThrow();
  expect(() => checkFunction("load", {})).toThrow("load is an object. Pass a function.");
  expect(() => checkFunction("load", 1, "a loader")).toThrow("load is 1. Pass a loader.");
});

describe("text that is not ours", () => {
  test("300 characters are kept, and one more is cut", () => {
    expect(toSafeText("x".repeat(300))).toBe("x".repeat(300));
    expect(toSafeText("x".repeat(301))).toBe(`${"x".repeat(300)}…`);
  });

  test("a character of two units is not cut in half, and half a character is escaped", () => {
    expect(toSafeText(`${"x".repeat(299)}👍👍`)).toBe(`${"x".repeat(299)}…`);
    expect(toSafeText(`${"x".repeat(298)}👍👍`)).toBe(`${"x".repeat(298)}👍…`);
    expect(toSafeText("a\ud83d b\udc4d")).toBe("a\\ud83d b\\udc4d");
  });

  test.each([
    ["a\0b", "a\\u0000b"],
    ["a\r\nb", "a\\u000d\\u000ab"],
    ["a\u001b[31mb", "a\\u001b[31mb"],
    ["a\u0085b", "a\\u0085b"],
    ["a\u2028b\u2029", "a\\u2028b\\u2029"],
    ["\u200e\u200f\u202a\u202e\u2066\u2069", "\\u200e\\u200f\\u202a\\u202e\\u2066\\u2069"],
    ["é 日本 👍", "é 日本 👍"],
  ])("%j is %s", (given, safe) => {
    expect(toSafeText(given)).toBe(safe);
  });

  test("what has no text is named", () => {
    expect(toSafeText(Object.create(null))).toBe("an object");
    expect(toSafeText(new Error("down"))).toBe("Error: down");
    expect(toSafeText(undefined)).toBe("undefined");
  });
});
