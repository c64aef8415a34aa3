import { describe, expect, test } from "vitest";
import { checkOptions } from "../../src/option/check-options.ts";

const check = (given: object, limits: readonly string[] = ["timeout", "staleAfter"]): object =>
  checkOptions("make()", given, ["load", "dispose"], limits);

describe("the names of options", () => {
  test("what is given comes back as a copy of the own properties", () => {
    const given = Object.assign(Object.create({ timeout: 5 }), { load: 1 });
    const checked = check(given);
    expect(checked).toEqual({ load: 1 });
    expect(checked).not.toBe(given);
    expect(Reflect.get(checked, "timeout")).toBe(undefined);
  });

  test("undefined is left out for a callback, and refused for a limit", () => {
    expect(check({ load: undefined })).toEqual({ load: undefined });
    expect(() => check({ timeout: undefined })).toThrow(
      expect.objectContaining({
        code: "HS_INVALID_OPTION",
        message: "health-state: timeout is undefined. Pass a value, or remove the option to use its default.",
      }),
    );
  });

  test.each([
    [undefined, "undefined"],
    [null, "null"],
    ["text", '"text"'],
    [5, "5"],
    [() => {}, "a function"],
    [[], "an Array"],
  ])("%o is no options", (given, named) => {
    // @ts-expect-error: what JavaScript may hand in.
    expect(() => check(given)).toThrow(`health-state: the options of make() is ${named}. Pass an object.`);
  });

  test("an option that throws when it is read is said to", () => {
    const given = {
      get timeout(): never {
        throw new Error("secret");
      },
    };
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const one of [given, proxy])
      expect(() => check(one)).toThrow(
        "health-state: the options of make() is an object. " +
          "Pass an object whose properties can be read, because reading this one throws.",
      );
  });

  test("a getter is read once", () => {
    let reads = 0;
    const given = {
      get timeout() {
        return ++reads;
      },
    };
    expect([check(given), reads]).toEqual([{ timeout: 1 }, 1]);
  });

  test("an object without a prototype is accepted", () => {
    expect(check(Object.assign(Object.create(null), { load: 1 }))).toEqual({ load: 1 });
  });

  test("a name that is not known is refused, and every known one is listed in order", () => {
    expect(() => check({ zzzzzzzzzz: 1 })).toThrow(
      expect.objectContaining({
        name: "TypeError",
        code: "HS_UNKNOWN_OPTION",
        message: 'health-state: make() has no option "zzzzzzzzzz". It accepts dispose, load, staleAfter, timeout.',
      }),
    );
  });
});

describe("the name that was meant", () => {
  const meant = (name: string): string | undefined => {
    try {
      check({ [name]: 1 });
    } catch (error) {
      return /Did you mean "(.+)"\?/.exec(String(error))?.[1];
    }
    return "no error";
  };

  test.each([
    ["timeOut", "timeout"],
    ["TIMEOUT", "timeout"],
    ["timout", "timeout"],
    ["timeoutt", "timeout"],
    ["timoeut", "timeout"],
    ["staleAftr", "staleAfter"],
    ["stale", "staleAfter", false],
    ["lod", "load"],
    ["oad", "load"],
    ["dipsose", "dispose"],
    // Half of the word is another word.
    ["loxx", "load", false],
    ["lo", "load", false],
    ["xoad", "load"],
    // Characters that come first cost as much as those that come last.
    ["xxtimeout", "timeout"],
    ["meout", "timeout"],
    ["taleAfter", "staleAfter"],
    ["", "load", false],
  ])("%s: %s", (name, near, isMeant = true) => {
    expect(meant(name)).toBe(isMeant ? near : undefined);
  });

  test("the nearest of several wins, wherever it stands", () => {
    for (const limits of [
      ["abcdef", "abcdeg", "abcxyz"],
      ["abcxyz", "abcdeg", "abcdef"],
    ])
      expect(() => check({ abcdefg: 1 }, limits)).toThrow(/Did you mean "abcde[fg]"/);
    expect(() => check({ abcdxx: 1 }, ["abcdyy", "abcdxy"])).toThrow('Did you mean "abcdxy"');
    expect(() => check({ abcdxx: 1 }, ["abcdxy", "abcdyy"])).toThrow('Did you mean "abcdxy"');
  });

  test("of two that are as near, the first is named", () => {
    expect(() => check({ abcd: 1 }, ["abce", "abcf"])).toThrow('Did you mean "abce"');
  });

  test("a very long name is cut, in the message and for the comparison", () => {
    const long = "load".repeat(50);
    expect(() => check({ [long]: 1 })).toThrow(`has no option "${"load".repeat(20)}". It accepts`);
    expect(meant("t".repeat(500))).toBe(undefined);
    // Twenty differences are too many, nineteen are not: a name counts with at most forty characters.
    const known = "k".repeat(40);
    const near = (apart: number): string => `${"k".repeat(40 - apart)}${"x".repeat(apart)}${"y".repeat(60)}`;
    expect(() => check({ [near(19)]: 1 }, [known])).toThrow(`Did you mean "${known}"`);
    expect(() => check({ [near(20)]: 1 }, [known])).not.toThrow("Did you mean");
  });
});
